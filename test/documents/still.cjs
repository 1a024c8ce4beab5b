// Loaded before the program (node --require) where printed output is compared: a world that stands still. The clock shows one moment,
// new keys are the committed test keys in turn, the machine has one name, and every question to port 53 goes to the server on loopback,
// whatever address it is meant for. Nothing else of the program is changed.
const crypto = require('node:crypto')
const dgram = require('node:dgram')
const dns = require('node:dns')
const { existsSync, readFileSync, writeFileSync } = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const { join } = require('node:path')
const { performance } = require('node:perf_hooks')
const { promisify } = require('node:util')

const { STILL_NOW, STILL_PORT, STILL_FOLDER } = process.env
const NOW = Date.parse(STILL_NOW)
/** How many there are of each type in keys/. */
const KEYS = { rsa: 3, ed25519: 2 }

globalThis.Date = class extends Date {
  constructor(...time) {
    if (time.length === 0) super(NOW)
    else super(...time)
  }
  static now() {
    return NOW
  }
}

/** How many keys of a type were made in this folder before. */
function count(type) {
  const file = join(STILL_FOLDER, `.keys-${type}`)
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  writeFileSync(file, String(before + 1))
  return before
}

function generateKeyPair() {
  throw new Error('only the promise is made use of')
}
generateKeyPair[promisify.custom] = async type => {
  const file = join(__dirname, 'keys', `DO-NOT-USE-${type}${(count(type) % KEYS[type]) + 1}.pem`)
  return { privateKey: crypto.createPrivateKey(readFileSync(file)) }
}
crypto.generateKeyPair = generateKeyPair

// Timers go on: only what is measured takes no time, such as the age of an answer.
performance.now = () => 0
os.hostname = () => 'mx.example.net'
dns.getServers = () => ['192.0.2.1']

const here = port => (Number(port) === 53 ? Number(STILL_PORT) : port)
const connectUdp = dgram.Socket.prototype.connect
dgram.Socket.prototype.connect = function (port, _address, callback) {
  return connectUdp.call(this, here(port), '127.0.0.1', callback)
}
const connectTcp = net.connect
net.connect = options => connectTcp({ ...options, host: '127.0.0.1', port: here(options.port) })
