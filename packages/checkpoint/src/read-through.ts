/**
 * Adds a property that has what `read` gives of a property of `source`. A source that reads that one when it is first
 * looked at is not looked at before.
 */
export function readThrough<Source extends object, Key extends keyof Source & string>(
  target: object,
  name: string,
  source: Source,
  key: Key,
  read: (value: Source[Key]) => unknown = (value) => value,
): void {
  const define = (value: unknown): void => {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
  }
  if (Object.getOwnPropertyDescriptor(source, key)?.get === undefined) return define(read(source[key]))
  Object.defineProperty(target, name, {
    get() {
      const value = read(source[key])
      define(value)
      return value
    },
    set: define,
    enumerable: true,
    configurable: true,
  })
}
