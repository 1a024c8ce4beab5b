// Mail in a directory: a Maildir (cur/ and new/), or files named as messages are, in the directory and below it.

import { type Dirent, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { isDirectory } from '../io/directory.js'

/** What a file of mail is called: one of these endings, compressed or not; or none at all as in MH folders, Cyrus' `1.` and spools. */
const MAIL_FILE = /\.(?:eml|emlx|email|mail|mime|mbox|mbx)(?:\.gz)?$|^(?:[^.]+|\d+\.)$/i

export interface MailFile {
  readonly path: string
  /** Why nothing below `path`, a directory, could be listed, or where `path`, a link, leads to nothing. */
  readonly error?: unknown
}

/**
 * The files of mail in `directory`, in an order that is the same everywhere. Hidden names, and what is no mail by its name,
 * are left out; links to directories are not followed, so there are no circles. Throws where `directory` itself cannot be listed.
 */
export function* mailFiles(directory: string): Generator<MailFile> {
  if (isOfMaildir(directory)) {
    yield* everyFile(directory)
    return
  }
  const entries = readdirSync(directory, { withFileTypes: true }).sort(byName)
  const folders = new Set(entries.filter(entry => entry.isDirectory()).map(entry => entry.name))
  const maildir = folders.has('cur') && folders.has('new')
  for (const entry of entries) {
    if (entry.isDirectory()) yield* below(directory, entry.name, maildir)
    else if (!maildir && MAIL_FILE.test(entry.name)) yield* fileOf(directory, entry)
  }
}

/** cur/ or new/ of a Maildir, where that was named itself. */
function isOfMaildir(directory: string): boolean {
  const path = resolve(directory)
  return /^(?:cur|new)$/.test(basename(path)) && ['cur', 'new'].every(name => isDirectory(join(path, '..', name)))
}

function* below(directory: string, name: string, maildir: boolean): Generator<MailFile> {
  const path = join(directory, name)
  // Maildir++ keeps its subfolders under hidden names; tmp/ holds what is still being delivered.
  if (maildir ? name === 'tmp' : name.startsWith('.')) return
  const isMessages = maildir && (name === 'cur' || name === 'new')
  try {
    yield* isMessages ? everyFile(path) : mailFiles(path)
  } catch (error) {
    yield { path, error }
  }
}

/** In a Maildir a message is called whatever its deliverer liked. */
function* everyFile(directory: string): Generator<MailFile> {
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort(byName)) yield* fileOf(directory, entry)
}

function* fileOf(directory: string, entry: Dirent): Generator<MailFile> {
  const path = join(directory, entry.name)
  if (entry.name.startsWith('.')) return
  let error: unknown
  try {
    if (!isFile(path, entry)) return
  } catch (fault) {
    error = fault
  }
  yield error === undefined ? { path } : { path, error }
}

function isFile(path: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile()
  // Broken or circular links are reported as unreadable files, before the others.
  return statSync(path).isFile()
}

function byName(one: Dirent, other: Dirent): number {
  return one.name < other.name ? -1 : 1
}
