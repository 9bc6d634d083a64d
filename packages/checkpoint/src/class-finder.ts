import { Serializable } from '@langchain/core/load/serializable'
import { isSameId, uniqueName, type KnownClass } from './langchain-classes.ts'

/** Finds the class of an instance, and remembers what it found. */
export class ClassFinder {
  readonly #known: ReadonlyMap<string, KnownClass>
  readonly #found = new WeakMap<object, KnownClass | 'unknown'>()

  constructor(known: ReadonlyMap<string, KnownClass>) {
    this.#known = known
  }

  find(object: object): KnownClass | undefined {
    const prototype = Object.getPrototypeOf(object) as object
    let found = this.#found.get(prototype)
    if (found === undefined) {
      found = this.#search(object, prototype) ?? 'unknown'
      this.#found.set(prototype, found)
    }
    return found === 'unknown' ? undefined : found
  }

  #search(object: object, prototype: object): KnownClass | undefined {
    const isDocument = 'pageContent' in object
    if (Reflect.get(object, 'lc_serializable') !== true && !isDocument) return undefined
    const known = this.#known.get(uniqueName(object.constructor))
    if (known === undefined || known.prototype === prototype) return known
    // A class made from those of this package that goes by the name of another would come back as something else.
    // A class of another copy of the package may: it has nothing in common with these but its path.
    const isRelated = [Serializable.prototype, known.prototype].some((each) =>
      Object.prototype.isPrototypeOf.call(each, object),
    )
    const namespace: unknown = isDocument ? known.namespace : Reflect.get(object, 'lc_namespace')
    return !isRelated && isSameId(namespace, known.namespace) ? known : undefined
  }
}
