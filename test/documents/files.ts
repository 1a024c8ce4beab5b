// The files that the command lines of the documents name, as the documents describe them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BIN } from '../support/cli.js'
import { NOW, pem, record, txt } from './world.js'

type Files = Readonly<Record<string, string | Buffer>>

const plain = readFileSync(join(import.meta.dirname, '..', '..', 'examples', 'messages', 'plain.eml'), 'latin1')

/** Signed with the first key, at the moment of the world. */
export function signed(message: string, selector: string, key: string): string {
  const argv = ['sign', '--no-config', '--now', NOW, '--key', key, '--selector', selector, '--domain', 'example.com']
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
    input: Buffer.from(message, 'latin1'),
  })
  if (status !== 0) throw new Error(stderr.toString())
  return stdout.toString('latin1')
}

const keyPath = (name: string): string => join(import.meta.dirname, 'keys', `DO-NOT-USE-${name}.pem`)

/** As a mailing list sends it on: with its name in Subject and a footer. */
function fromList(message: string): string {
  return `${message.replace('Subject: ', 'Subject: [list] ')}-- \r\nthe lunch list\r\n`
}

const mbox = (...messages: readonly string[]): string =>
  messages.map(message => `From alice@example.com Thu Jan  1 00:00:00 2026\n${message.replaceAll('\r', '')}\n`).join('')

export function filesFor(document: string): Files {
  const original = signed(plain, 'mail2026', keyPath('rsa1'))
  const changed = fromList(original)
  return {
    'message.eml': document === 'README.md' ? plain : changed,
    'sent.eml': original,
    'received.eml': changed,
    'outbox/1.eml': plain,
    'outbox/2.eml': plain.replace('lunch', 'dinner'),
    '~/Maildir/cur/1:2,S': original,
    '~/Maildir/new/2': changed,
    'archive.mbox': mbox(original, changed),
    // So many that no shard is without one.
    ...Object.fromEntries(Array.from({ length: 48 }, (_, index) => [`/mail/${index}.eml`, original])),
    'example.com.zone': `${txt('mail2026._domainkey.example.com', record('rsa1'))}\n`,
    'rsa.pem': pem('rsa1'),
    'ed25519.pem': pem('ed255191'),
    '/etc/opendkim/keys/mail2026.private': pem('rsa1'),
    '/etc/opendkim/KeyTable': 'mail2026 example.com:mail2026:/etc/opendkim/keys/mail2026.private\n',
    '/etc/opendkim/SigningTable': '*@example.com mail2026\n',
  }
}

/** Of the page of a command: a message that lost its body hash, keys under the names of the examples, what they publish. */
export function filesForHelp(command: string): Files {
  const original = signed(plain, 'mail', keyPath('rsa1'))
  const isNew = command === 'dkim' || command === 'dkim keygen'
  return {
    ...filesFor('help'),
    'message.eml': command === 'dkim' ? plain : fromList(original),
    'received.eml': fromList(original),
    ...(isNew ? {} : { 'mail._domainkey.example.com.private.pem': pem('rsa1') }),
    'mail.private.pem': pem('rsa1'),
    'mail.pem': pem('rsa1'),
    'record.txt': record('rsa1'),
    'zone.txt': `${txt('mail._domainkey.example.com', record('rsa1'))}\n`,
    'example.zone': `${txt('mail._domainkey.example.com', record('rsa1'))}\n`,
    'outbox/1.eml': command === 'dkim verify' ? original : plain,
    'outbox/2.eml': command === 'dkim verify' ? original : plain,
  }
}
