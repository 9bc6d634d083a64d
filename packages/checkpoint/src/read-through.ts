interface Through<Source> {
  readonly [SOURCE]: Source
}

const SOURCE: unique symbol = Symbol('what a property is read from')

/**
 * Properties that have what a function makes of another object, when they are first looked at. Made once for many
 * objects, they cost each little.
 */
export function propertiesThrough<Source extends object>(
  reads: Readonly<Record<string, (source: Source) => unknown>>,
): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(reads).map(([name, read]) => {
      const define = (target: object, value: unknown): void => {
        Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
      }
      const property: PropertyDescriptor & ThisType<Through<Source>> = {
        get() {
          const value = read(this[SOURCE])
          define(this, value)
          return value
        },
        set(value) {
          define(this, value)
        },
        enumerable: true,
        configurable: true,
      }
      return [name, property]
    }),
  )
}

/** Adds such properties, which read from `source`. */
export function readThrough(target: object, source: object, properties: PropertyDescriptorMap): void {
  Object.defineProperty(target, SOURCE, { value: source })
  Object.defineProperties(target, properties)
}
