type Class = abstract new (...args: never) => unknown

const isInstance = Function.prototype[Symbol.hasInstance] as (this: Class, candidate: unknown) => boolean

/**
 * Makes everything that is an instance of LangGraph's class one of ours, too, which is exported in its place: state
 * graphs, which do not extend ours, as much as what LangGraph has made. Classes that extend ours are not touched.
 */
export function standIn<Own extends Class>(own: Own, theirs: Class): Own {
  Object.defineProperty(own, Symbol.hasInstance, {
    value(this: Class, candidate: unknown) {
      return isInstance.call(this, candidate) || (this === own && isInstance.call(theirs, candidate))
    },
  })
  return own
}
