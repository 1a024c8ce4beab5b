// A page of a report: readable on a phone and on paper, light and dark, no scripts, nothing from elsewhere.

import { colourRules, FONT } from '../rotation/colours.js'
import { escapeMarkup } from '../rotation/markup.js'

const STYLE = [
  colourRules(':root'),
  '*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}',
  `body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 ${FONT}}`,
  'main{max-width:62rem;margin:0 auto;padding:1rem}',
  'h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3,.card h2{font-size:1rem;margin:0}',
  'h1,h2,h3,p,li,td,th,dd,summary{overflow-wrap:anywhere}',
  'a{color:var(--now)}.soft{color:var(--soft)}code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}',
  '.card{border:1px solid var(--line);border-left:.35rem solid var(--mark);background:var(--card);border-radius:.4rem;padding:.7rem 1rem;margin:.7rem 0}',
  '.card p{margin:.25rem 0}.badge{color:var(--mark);font-weight:700;white-space:nowrap}',
  'dl{margin:.4rem 0 0;display:grid;grid-template-columns:9rem minmax(0,1fr);gap:.15rem .8rem}dt{color:var(--soft)}dd{margin:0;min-width:0}',
  'ol.path{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem;padding:0;margin:.6rem 0}',
  'ol.path li{border:1px solid var(--line);border-bottom:.2rem solid var(--mark);border-radius:.3rem;padding:.2rem .6rem;background:var(--paper)}',
  'table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;font-weight:700;padding:.3rem 0}',
  'td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}th[scope=row]{font-weight:600;white-space:nowrap}',
  '.tags td:last-child{width:50%;min-width:14rem}',
  '.bar{display:grid;grid-template-columns:minmax(6rem,14rem) minmax(0,1fr) 4.5rem;gap:.6rem;align-items:center;font-size:.9rem;padding:.1rem 0}',
  '.bar span{overflow-wrap:anywhere}.bar i{display:block;height:.9rem;border-radius:.2rem;background:var(--mark);min-width:2px}.bar b{font-weight:400;text-align:right;font-variant-numeric:tabular-nums}',
  'summary{cursor:pointer;padding:.3rem 0}:focus-visible{outline:2px solid var(--now);outline-offset:2px}',
  '@media(max-width:45rem){.tags td:last-child{width:auto;min-width:0}dl{grid-template-columns:minmax(0,1fr);gap:0}dt{margin-top:.35rem}.fields thead{display:none}.fields tr,.fields td,.fields th{display:block;border:0;padding:0}.fields tr{padding:.45rem 0;border-bottom:1px solid var(--line)}.bar{grid-template-columns:minmax(0,1fr) 4.5rem;gap:.15rem .6rem;padding:.3rem 0}.bar i{grid-column:1/-1;grid-row:2}}',
  '@media print{body{font-size:11pt}main{max-width:none;padding:0}.card{break-inside:avoid}details::details-content{display:block;content-visibility:visible;block-size:auto}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}',
].join('\n')

/** `parts` are markup; the title is escaped here. */
export function htmlDocument(title: string, now: Date, parts: readonly string[]): string {
  const judged = `<p class="soft">Evaluated by dkim (RFC 6376) at ${now.toISOString().replace('T', ' ').slice(0, 19)} UTC.</p>`
  return htmlPage(title, STYLE, [judged, ...parts])
}

/** The frame of every page: a policy that forbids all loading and all scripts, the title as its heading. `style` and `parts` are ours. */
export function htmlPage(title: string, style: string, parts: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<style>\n${style}\n</style></head><body><main>`,
    `<h1>${escapeMarkup(title)}</h1>`,
    ...parts,
    '</main></body></html>',
    '',
  ].join('\n')
}

/** A box with a coloured edge; `content` is markup. */
export function card(colour: string, content: string): string {
  return `<section class="card" style="--mark:${colour}">${content}</section>`
}

/** Terms and their text, without those that have none. */
export function factList(rows: readonly (readonly [term: string, text: string | null])[]): string {
  const shown = rows.flatMap(([term, text]) =>
    text === null ? [] : [`<dt>${term}</dt><dd>${escapeMarkup(text)}</dd>`],
  )
  return shown.length === 0 ? '' : `<dl>${shown.join('')}</dl>`
}
