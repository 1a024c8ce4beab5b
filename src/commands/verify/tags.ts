// dkim verify --tags: what each tag of the signatures, and of their key records, means.

import { lookUpKeys } from '../../core/dkim/key-lookup.js'
import type { Signature } from '../../core/dkim/signature.js'
import { type Style, visible } from '../../report/text/style.js'
import { tagsText } from '../../report/verification/tags-text.js'
import type { Bench } from './judge-input.js'

export async function signatureTags(signatures: readonly Signature[], bench: Bench, style: Style): Promise<string> {
  const parts: string[] = []
  for (const { tags, domain, keyName } of signatures) {
    if (tags === null) continue
    parts.push(tagsText(`DKIM-Signature of ${visible(domain ?? 'an unknown domain')}`, tags, 'signature', style))
    const lookup = keyName === null ? null : await lookUpKeys(bench.resolver, keyName, bench.keys, bench.signal)
    for (const { record } of lookup?.candidates ?? []) {
      if (record === null) continue
      parts.push(tagsText(`Key record at ${visible(keyName ?? '')}`, record.tags, 'key-record', style))
    }
  }
  return parts.map(part => `\n${part}`).join('')
}
