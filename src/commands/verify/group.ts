// What a thread is given at a time, in columns: objects would be taken apart and put together again one by one on their way.

import type { DeferredInput } from '../mail/input.js'

export interface PackedGroup {
  readonly names: readonly string[]
  readonly alone: readonly boolean[]
  /** Null where it is the one before. */
  readonly paths: readonly (string | null)[]
  /** Start and end of each. */
  readonly places: Float64Array
  readonly unquote: readonly boolean[]
}

export function packed(group: readonly DeferredInput[]): PackedGroup {
  const places = new Float64Array(2 * group.length)
  group.forEach(({ deferred }, index) => {
    places[2 * index] = deferred.start
    places[2 * index + 1] = deferred.end
  })
  return {
    names: group.map(({ name }) => name),
    alone: group.map(({ alone }) => alone),
    paths: group.map(({ deferred }, index) =>
      deferred.path === group[index - 1]?.deferred.path ? null : deferred.path,
    ),
    places,
    unquote: group.map(({ deferred }) => deferred.unquote),
  }
}

export function* unpacked({ names, alone, paths, places, unquote }: PackedGroup): Generator<DeferredInput> {
  let path = ''
  for (const [index, name] of names.entries()) {
    path = paths[index] ?? path
    const deferred = { path, start: places[2 * index]!, end: places[2 * index + 1]!, unquote: unquote[index]! }
    yield { name, alone: alone[index]!, deferred }
  }
}
