// A plan as a POSIX shell script: one function a phase, each behind a check that it is due. It changes nothing by itself.

import { shellQuote } from '../../core/syntax/shell-word.js'
import { visible } from '../text/style.js'
import { type PhaseView, type PlanView, stateSelection } from './view.js'

export function planSh(views: readonly PlanView[]): string {
  return [
    '#!/bin/sh',
    '# DKIM key rotation: sh THIS-FILE PHASE [DOMAIN]. Each step checks with dkim that it is due and shows what to do; it changes no records.',
    'set -eu',
    ...directoryLines(views),
    '',
    ...views.flatMap((view, index) => planFunctions(view, index)),
    'usage() {',
    `  echo ${shellQuote(`usage: sh $0 PHASE [DOMAIN]`).replace('$0', `'"$0"'`)} >&2`,
    ...views.map(
      view =>
        `  echo ${shellQuote(
          `  ${nameIn(views, view)}: ${stepsOf(view)
            .map(({ id }) => id)
            .join(' ')}`,
        )} >&2`,
    ),
    '  exit 2',
    '}',
    '',
    `case "\${2-${views.length === 1 ? views[0]!.domain : ''}} \${1-}" in`,
    ...views.flatMap((view, index) =>
      stepsOf(view).map(({ id }) => `  ${shellQuote(`${nameIn(views, view)} ${id}`)}) ${functionName(index, id)} ;;`),
    ),
    '  *) usage ;;',
    'esac',
    '',
  ].join('\n')
}

/** Every path in the script is relative to where the plan was made. */
function directoryLines([view]: readonly PlanView[]): string[] {
  const directory = view?.directory ?? null
  return directory === null ? [] : [`cd -- ${quoteAlways(directory)}`]
}

/** What the script calls a rotation: its domain, or its old record where the domain has several. */
function nameIn(views: readonly PlanView[], { domain, old }: PlanView): string {
  const isShared = views.filter(view => view.domain === domain).length > 1
  return isShared ? `${old.selector}._domainkey.${domain}` : domain
}

function stepsOf({ phases }: PlanView): readonly PhaseView[] {
  return phases.filter(({ kind, status, changes }) => (kind === 'action' || changes.length > 0) && status !== 'done')
}

function functionName(index: number, id: string): string {
  return `plan_${index + 1}_${id.replaceAll('-', '_')}`
}

function planFunctions(view: PlanView, index: number): string[] {
  return [
    `# ${view.domain}: ${view.old.selector} to ${view.new.selector}; ${view.now}: ${view.stage}`,
    ...stepsOf(view).flatMap(phase => phaseFunction(view, phase, index)),
  ]
}

/** What can be run without a person deciding anything; all other commands are shown. */
const RUNS: ReadonlySet<string> = new Set(['inventory', 'generate', 'verify'])

function phaseFunction(view: PlanView, phase: PhaseView, index: number): string[] {
  const { id, title, notBefore, check, commands, changes, signerText } = phase
  const lines = [
    `# ${title}, not before ${notBefore}`,
    `${functionName(index, id)}() {`,
    // What leads up to the key has nothing to check yet.
    ...(id === 'inventory' || id === 'generate'
      ? []
      : [
          `  ${guard(view, id)} || { code=$?; [ "$code" -ne 1 ] || echo ${shellQuote(`${id} is not due`)} >&2; exit "$code"; }`,
        ]),
    ...changes.flatMap(({ title: change, text }) => shown(text === null ? change : `${change}\n${text}`)),
    ...(signerText === null ? [] : shown(signerText)),
    ...(RUNS.has(id)
      ? commands.map(command => `  ${command}`)
      : commands.flatMap(command => shown(`then: ${command}`))),
    ...shown(`proof: ${check}`),
    '}',
    '',
  ]
  return lines
}

function guard(view: PlanView, id: string): string {
  const { domain, old, new: fresh } = view
  const rotation =
    stateSelection(view) ?? `--domain ${domain} --selector ${old.selector} --new-selector ${fresh.selector}`
  return `dkim rotate-plan --check --assert ${id} --quiet ${rotation}`
}

/** Text for the person who runs it, as single-quoted words: nothing in it is expanded. */
function shown(text: string): string[] {
  return text
    .replace(/\n+$/, '')
    .split('\n')
    .map(line => `  printf '%s\\n' ${quoteAlways(visible(line))}`)
}

function quoteAlways(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
