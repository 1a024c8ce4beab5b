// Tags and their meanings for people: one line each, values shortened, everything escaped.

import type { TagList } from '../../core/dkim/tag-list.js'
import { PLAIN, type Style, shorten, visible } from '../text/style.js'
import { wrapWords } from '../text/wrap.js'
import { explainTags } from './tag-meanings.js'

const VALUE_WIDTH = 32
/** Below it, meanings stand under their tags. */
const NARROW = 70

/** `title` is ours or escaped already. */
export function tagsText(title: string, tags: TagList, kind: 'signature' | 'key-record', style: Style = PLAIN): string {
  const rows = explainTags(tags, kind).map(({ name, value, meaning, section }) => ({
    tag: `${shorten(visible(`${name}=${value}`), VALUE_WIDTH)}`,
    meaning: `${visible(meaning)}${section === null ? '' : ` (${section})`}`,
  }))
  const width = Math.max(0, ...rows.map(({ tag }) => tag.length)) + 2
  const lines = rows.flatMap(({ tag, meaning }) => {
    if (style.columns < NARROW) {
      return [`    ${tag}`, ...wrapWords(meaning, style.columns - 6).map(line => `      ${line}`)]
    }
    return wrapWords(meaning, style.columns - width - 4).map(
      (line, position) => `    ${(position === 0 ? tag : '').padEnd(width)}${line}`,
    )
  })
  return `${[`  ${style.strong(title)}`, ...lines].join('\n')}\n`
}
