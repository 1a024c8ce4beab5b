// A run of dkim keygen. The search for primes takes most of its time and begins as early as it can: the rest is loaded meanwhile.

import { DkimError } from '../../core/errors.js'
import { generatePrivateKey } from '../../core/keys/private-key.js'
import type { Context } from '../context.js'
import { EXIT_CODES, type ExitCode } from '../exit-code.js'
import { zoneHints } from '../format-record/record-options.js'
import { prepareDirectory } from '../io/directory.js'
import { createFiles, refuseExisting } from '../io/key-files.js'
import { withSpinner } from '../io/spinner.js'
import { say } from '../stderr.js'
import type { Finishing, MadeKey } from './finish.js'
import { type KeygenOptions, type KeyPlan, planKeys } from './plan.js'

export async function runKeygen(context: Context, options: KeygenOptions): Promise<ExitCode> {
  const now = options.now ?? context.now()
  const plans = planKeys(options, now)
  const paths = plans.map(({ path }) => path)
  refuseExisting(paths, options.force)
  if (asksDns(options)) {
    const { dnsIsFree } = await import('./dns-free.js')
    if (!(await dnsIsFree(context, options, plans))) return EXIT_CODES.temporary
  }
  const passphrase = await passphraseOf(context, options)
  const made = await makeKeys(context, plans, { options, now, passphrase })
  const { productOf, tell } = await import('./finish.js')
  const keys = made.map(({ key }) => key)
  const product = productOf(keys, options)
  if (context.signal.aborted) throw new DkimError('output-failed', 'interrupted: nothing was written', 'run it again')
  prepareDirectory(options.outDir)
  const backups = createFiles(
    made.map(({ file }) => file),
    { force: options.force ?? false, now },
  )
  context.stdout.write(product)
  if (options.quiet) return EXIT_CODES.ok
  tell(context, keys, backups)
  if (options.format === 'json') return EXIT_CODES.ok
  for (const hint of await zoneHints(
    keys.map(({ record }) => record),
    options,
  ))
    say(context, 'hint', hint)
  return EXIT_CODES.ok
}

function asksDns({ checkDns, dnsFile, nameserver, offline }: KeygenOptions): boolean {
  return Boolean(checkDns || dnsFile || nameserver) && !(offline === true && !dnsFile)
}

async function passphraseOf(context: Context, options: KeygenOptions): Promise<string | undefined> {
  if (options.passphraseFile === undefined && !options.encrypt) return undefined
  const { askNewPassphrase, passphraseFromFile } = await import('../io/passphrase.js')
  if (options.passphraseFile !== undefined) return passphraseFromFile(options.passphraseFile)
  return await askNewPassphrase(context)
}

async function makeKeys(context: Context, plans: readonly KeyPlan[], finishing: Finishing): Promise<MadeKey[]> {
  const { quiet, format } = finishing.options
  const made: MadeKey[] = []
  for (const [index, plan] of plans.entries()) {
    const count = plans.length === 1 ? '' : ` (${index + 1} of ${plans.length})`
    const text = `generating ${plan.type === 'rsa' ? `a ${plan.bits}-bit RSA key` : 'an Ed25519 key'}${count}`
    const work = makeKey(plan, finishing)
    made.push(await withSpinner(context, text, !quiet && format === 'text', work))
  }
  return made
}

async function makeKey(plan: KeyPlan, finishing: Finishing): Promise<MadeKey> {
  const making = generatePrivateKey(plan.type, plan.bits)
  const [privateKey, { finishKey }] = await Promise.all([making, import('./finish.js')])
  return finishKey(privateKey, plan, finishing)
}
