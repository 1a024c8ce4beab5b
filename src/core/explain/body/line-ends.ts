// Line ends changed on the way, or hashed as LF by the signer (§5.3 asks for CRLF).

import type { BodyFamily, BodyHypothesis } from '../body-hypothesis.js'
import { canonicalBody } from '../body-target.js'

export const lineEnds: BodyFamily = function* ({ text, canonical, bytes, target }) {
  const latin1 = canonical.toString('latin1')
  yield { code: 'line-ends-changed', canonical: lf(latin1), text: 'the signer hashed LF instead of CRLF line endings' }
  yield {
    code: 'line-ends-changed',
    canonical: Buffer.from(latin1.replace(/\r\n/g, '\r'), 'latin1'),
    text: 'the signer hashed CR line ends',
  }
  yield { code: 'line-ends-changed', canonical: lf(text), text: 'the signer hashed the raw body with LF line endings' }
  const other = target.canonicalization === 'simple' ? 'relaxed' : 'simple'
  const inOther = canonicalBody(bytes, other).toString('latin1')
  yield {
    code: 'line-ends-changed',
    canonical: lf(inOther),
    text: `the signer hashed LF line ends with ${other} canonicalization`,
  }
  const changed = 'line ends inside the body were changed'
  yield { code: 'line-ends-changed', body: text.replace(/\r(?!\n)/g, '\r\n'), text: changed }
  yield { code: 'line-ends-changed', body: text.replace(/(?<!\r)\n/g, '\r\n'), text: changed }
  yield { code: 'line-ends-changed', body: text.replace(/(?<!\r)\r+\n/g, '\r\n'), text: changed }
  yield { code: 'line-ends-changed', body: text.replace(/(?<!\r)\r+\n|\r|\n/g, '\r\n'), text: changed }
  yield { code: 'line-ends-changed', body: text.replace(/\r(?!\n)/g, ''), text: changed }
  yield { code: 'line-ends-changed', body: text.replace(/(?<!\r)\n/g, ''), text: changed }
  yield { code: 'line-ends-changed', body: text.replace(/\r\n/g, '\r\r\n'), text: changed }
  yield* singleLines(text)
}

function lf(text: string): Buffer {
  return Buffer.from(text.replace(/\r\n/g, '\n'), 'latin1')
}

/** One bare LF or CR of the original that a relay made a line end. */
function* singleLines(text: string): Iterable<BodyHypothesis> {
  let line = 0
  for (let at = text.indexOf('\r\n'); at !== -1 && line < 500; at = text.indexOf('\r\n', at + 2)) {
    line += 1
    for (const bare of ['\n', '\r']) {
      const what = bare === '\n' ? 'LF' : 'CR'
      yield {
        code: 'line-ends-changed',
        body: text.slice(0, at) + bare + text.slice(at + 2),
        text: `a bare ${what} became a line ending`,
        lines: [line, line + 1],
      }
    }
  }
}
