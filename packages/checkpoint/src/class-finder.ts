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
    // A subclass that goes by the same name would come back as something else. Another copy of the package would
    // not: its classes have the same namespace and no relation to these.
    const isSubclass = Object.prototype.isPrototypeOf.call(known.prototype, object)
    const namespace: unknown = isDocument ? known.namespace : Reflect.get(object, 'lc_namespace')
    return !isSubclass && isSameId(namespace, known.namespace) ? known : undefined
  }
}
