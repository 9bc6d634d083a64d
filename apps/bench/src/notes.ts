// Written by hand, so that it survives a new run: why a bar was missed, or what to know about one that was passed.

/** bar id (see `bars.ts`) → the reason that is printed beside it. */
export const notes: Readonly<Record<string, string>> = {}
