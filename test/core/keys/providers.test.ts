import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { PROVIDERS } from '../../../src/core/keys/provider-table.js'
import {
  allProviders,
  delegatedRecords,
  knownSelectors,
  type ProviderId,
  providerById,
  providerOf,
} from '../../../src/core/keys/providers.js'
import { toDomainName, toSelector } from '../../../src/core/syntax/names.js'

/** One real-looking selector and, for a CNAME, target of every provider: the compiler finds the missing row. */
const SAMPLES = {
  microsoft365: ['selector1', 'selector1-example-com._domainkey.contoso.n-v1.dkim.mail.microsoft'],
  'microsoft365-onmicrosoft': [
    'selector1-contoso-onmicrosoft-com',
    'selector2-example-com._domainkey.contoso.onmicrosoft.com',
  ],
  google: ['google'],
  gmail: ['20230601'],
  ses: ['abcdefghijklmnopqrstuvwxyz234567', 'abcdefghijklmnopqrstuvwxyz234567.dkim.eu-south-1.amazonses.com'],
  sendgrid: [null, 's1.domainkey.u1234567.wl123.sendgrid.net'],
  mailchimp: ['k2', 'dkim2.mcsv.net'],
  mandrill: ['mte1', 'dkim1.mandrillapp.com'],
  mailgun: ['pdk1', 'pdk1._domainkey.a1b2c.dkim1.eu.mgsend.org'],
  'mailgun-classic': ['krs'],
  postmark: ['20260131120000pm'],
  proton: ['protonmail2', 'protonmail2.domainkey.dabcdefghijkl.domains.proton.ch'],
  simplelogin: ['dkim02', 'dkim02._domainkey.simplelogin.co'],
  fastmail: ['fm1', 'fm1.example.com.dkim.fmhosted.com'],
  icloud: ['sig1', 'sig1.dkim.example.com.at.icloudmailadmin.com'],
  zoho: ['zmail'],
  hubspot: ['hs1-1234567', 'example-com.hs01a.dkim.hubspotemail.net'],
  salesforce: ['sf1', 'sf1.a1b2c3.custdkim.salesforce.com'],
  klaviyo: ['kl', 'kl.domainkey.klaviyomail.com'],
  brevo: ['brevo1', 'b1.example-com.dkim.brevo.com'],
  mimecast: ['mimecast20240131'],
  proofpoint: ['selector-1234567890'],
  hypernode: ['hypernode', 'hypernode._domainkey.exampleapp.hypernode.io'],
  zendesk: ['zendesk1', 'zendesk1._domainkey.zendesk.com'],
  freshworks: ['fwdkim1', 'wl1s2.domainkey.freshemail.io'],
  intercom: ['intercom', '12345678-90ab-cdef-1234-567890abcdef.dkim.intercom.io'],
  helpscout: ['strong1', 'strong1._domainkey.helpscout.net'],
  gorgias: ['gor'],
  atlassian: ['atlassian-0a1b2c', 'atlassian-0a1b2c.dkim.atlassian.net'],
  shopify: ['pdk1._domainkey.mailerabc', 'dkim1.0a1b2c3d4e5f.p12.email.myshopify.com'],
  constantcontact: ['ctct1', '100._domainkey.dkim1.ccsend.com'],
  activecampaign: ['acdkim1', 'dkim.acdkim1.acems1.com'],
  mailerlite: ['litesrv', 'litesrv._domainkey.mlsend.com'],
  smtp2go: ['s123456', 'dkim.smtp2go.net'],
  mailtrap: ['rwmt1', 'rwmt1.dkim.smtp.mailtrap.live'],
  resend: ['resend'],
  sparkpost: ['scph0126'],
  mailjet: ['mailjet'],
  elasticemail: ['api'],
  campaignmonitor: ['cm'],
  aweber: ['aweber_key_a', 'aweber_key_a.send.aweber.com'],
  kit: ['cka'],
  emma: ['e2ma-k1'],
  everlytic: ['everlytickey1'],
  sailthru: ['sailthru'],
  qualtrics: ['qualtrics'],
  marketo: ['m1'],
  'cloudflare-routing': ['cf2024-1'],
  migadu: ['key1', 'key1.example.com._domainkey.migadu.com'],
  'mailbox-org': ['MBO0001', 'MBO0001._domainkey.mailbox.org'],
  tuta: [null, 's1.domainkey.tutanota.de'],
  purelymail: ['purelymail1', 'key1.dkimroot.purelymail.com'],
  gandi: ['gm1', 'gm1.gandimail.net'],
  ionos: ['s1-ionos', 's1.dkim.ionos.com'],
  hostinger: ['hostingermail-a', 'hostingermail-a.dkim.mail.hostinger.com'],
  ovh: ['ovhmo4-selector1', 'ovhmo4-selector1._domainkey.123.ab.dkim.mail.ovh.net'],
  titan: ['titan1'],
  privateemail: [null, 'default._domainkey.privateemail.com'],
  godaddy: [null, 'k1.dkim.em.secureserver.net'],
  yandex: [null],
  'hosting-panel': [null],
  directadmin: ['x'],
  mailcow: [null],
  'mail-in-a-box': [null],
  modoboa: ['modoboa'],
  haraka: ['jan2026'],
  stalwart: ['v1-rsa-20260131'],
} as const satisfies Record<ProviderId, readonly [selector: string | null, target?: string]>

const rows = Object.entries(SAMPLES) as [ProviderId, readonly [string | null, string?]][]
const withTarget = rows.flatMap(([id, [, target]]) => (target === undefined ? [] : [[id, target] as const]))
const withSelector = rows.flatMap(([id, [selector]]) => (selector === null ? [] : [[id, selector] as const]))

const match = (record: { selector?: string; target?: string }) => providerOf(record)?.provider.id

describe('a CNAME target names its provider', () => {
  it.each(withTarget)('%s: %s', (id, target) => {
    expect(providerOf({ target })).toMatchObject({ by: 'target', confidence: PROVIDERS[id].confidence })
    expect(match({ target })).toBe(id)
    expect(match({ target: `${target}.` })).toBe(id)
    expect(match({ target: target.toUpperCase() })).toBe(id)
  })

  it.each(withTarget)('%s: not beyond a label boundary', (id, target) => {
    for (const suffix of PROVIDERS[id].targets) {
      expect(match({ target: `x.${suffix}` })).toBe(id)
      expect(match({ target: `evil${suffix}` })).toBeUndefined()
      expect(match({ target: `${suffix}.attack.test` })).toBeUndefined()
    }
    expect(match({ target: `${target}.attack.test` })).toBeUndefined()
  })

  it('takes the longest suffix', () => {
    expect(match({ target: 'a.dkim.mail.microsoft' })).toBe('microsoft365')
    expect(match({ target: 'a.custdkim.salesforce.com' })).toBe('salesforce')
    expect(match({ target: 'a.salesforce.com' })).toBeUndefined()
  })

  it('asks the target alone where there is one', () => {
    expect(match({ selector: 'google', target: 'keys.attack.test' })).toBeUndefined()
    expect(match({ selector: 's1', target: 's1.domainkey.tutanota.de' })).toBe('tuta')
  })
})

describe('a selector names its provider, with less confidence', () => {
  it.each(withSelector)('%s: %s', (id, selector) => {
    const found = providerOf({ selector })
    expect(found?.provider.id).toBe(id)
    expect(found?.by).toBe('selector')
    expect(found?.confidence).not.toBe('high')
    expect(match({ selector: selector.toUpperCase() })).toBe(id)
    expect(match({ selector: `zz${selector}` })).toBeUndefined()
    expect(match({ selector: `${selector}-zz` })).toBeUndefined()
  })

  it.each(['s1', 's2', 'k1', 'dkim', 'mail', 'default'])('%s is used by several services and names none', selector => {
    expect(match({ selector })).toBeUndefined()
  })

  it('every row without a sample selector has none of its own', () => {
    for (const [id, [sample]] of rows) {
      if (sample !== null) continue
      for (const selector of PROVIDERS[id].selectors) expect(match({ selector: String(selector) })).toBeUndefined()
    }
  })
})

describe('the table', () => {
  it.each(allProviders().map(row => [row.id, row] as const))('%s is complete', (_, row) => {
    expect(row.name).not.toBe('')
    expect(row.source).not.toBe('')
    expect(row.checked).toMatch(/^20\d\d-\d\d-\d\d$/)
    expect(row.targets.length > 0).toBe(row.recordType === 'CNAME')
    expect(row.setup.needs === 'record').toBe(row.recordType === 'TXT')
    for (const suffix of row.targets) expect(toDomainName(suffix)).toBe(suffix)
    for (const selector of row.selectors) {
      if (typeof selector === 'string') expect(toSelector(selector)).toBe(selector.toLowerCase())
      else expect(selector.source).toMatch(/^\^.*\$$/)
    }
  })

  it('says whom to ask where a target is assigned', () => {
    for (const row of allProviders()) {
      if (row.confidence !== 'low' && row.setup.needs === 'targets') expect(row.where).toBeDefined()
    }
  })

  it('lists each selector once', () => {
    const selectors = knownSelectors()
    expect(new Set(selectors).size).toBe(selectors.length)
    expect(selectors).toEqual(expect.arrayContaining(['google', 'selector1', 's1', 'k1', 'fm3', 'default']))
  })

  it('finds a row by its id', () => {
    expect(providerById('SES').id).toBe('ses')
    expect(() => providerById('nobody')).toThrow(DkimError)
  })
})

describe('the records of a provider', () => {
  const records = (id: ProviderId, domain: string, values: Record<string, string> = {}) =>
    delegatedRecords(providerById(id), domain, new Map(Object.entries(values)))

  it('follow from the domain where that is sound', () => {
    expect(records('fastmail', 'example.com').map(({ target }) => target)).toEqual([
      'fm1.example.com.dkim.fmhosted.com',
      'fm2.example.com.dkim.fmhosted.com',
      'fm3.example.com.dkim.fmhosted.com',
    ])
    expect(records('brevo', 'mail.example.com')[0]).toEqual({
      selector: 'brevo1',
      target: 'b1.mail-example-com.dkim.brevo.com',
    })
  })

  it.each(allProviders().flatMap(row => (row.setup.needs === 'nothing' ? [row] : [])))('$id: names of its own', row => {
    for (const { selector, target } of delegatedRecords(row, 'example.com')) {
      expect(match({ target })).toBe(row.id)
      expect(
        row.selectors.some(known =>
          (typeof known === 'string' ? known : known.source).includes(selector.slice(0, 2).toLowerCase()),
        ),
      ).toBe(true)
    }
  })

  it.each(allProviders().flatMap(row => (row.setup.needs === 'values' ? [row] : [])))('$id: from its examples', row => {
    if (row.setup.needs !== 'values') throw new Error('unreachable')
    const values = new Map(Object.entries(row.setup.values).map(([name, { example }]) => [name, example]))
    const made = delegatedRecords(row, 'example.com', values)
    expect(made.length).toBe(row.setup.records.length)
    for (const { target } of made) expect(match({ target })).toBe(row.id)
    for (const [name, { otherwise }] of Object.entries(row.setup.values)) {
      const without = new Map([...values].filter(([given]) => given !== name))
      if (otherwise === undefined) expect(() => delegatedRecords(row, 'example.com', without)).toThrow(DkimError)
      for (const bad of ['x\ny', 'x.attack.test.', '$(x)', '"', ' ', '{d}'])
        expect(() => delegatedRecords(row, 'example.com', new Map([...values, [name, bad]]))).toThrow(DkimError)
    }
  })

  it('doubles the dashes of a domain for HubSpot', () => {
    const [first, second] = records('hubspot', 'my-shop.example.com', { portal: '123', cluster: 'hs05' })
    expect(first).toEqual({ selector: 'hs1-123', target: 'my--shop-example-com.hs05a.dkim.hubspotemail.net' })
    expect(second).toEqual({ selector: 'hs2-123', target: 'my--shop-example-com.hs05b.dkim.hubspotemail.net' })
  })

  it('knows the regional hosts of Amazon SES', () => {
    const tokens = Object.fromEntries([1, 2, 3].map(n => [`token${n}`, `${n + 1}`.repeat(32)]))
    expect(records('ses', 'example.com', tokens)[0]?.target).toBe(`${'2'.repeat(32)}.dkim.amazonses.com`)
    expect(records('ses', 'example.com', { ...tokens, host: 'dkim.us-gov-east-1.amazonses.com' })[2]?.target).toBe(
      `${'4'.repeat(32)}.dkim.us-gov-east-1.amazonses.com`,
    )
    expect(() => records('ses', 'example.com', { ...tokens, host: 'dkim.attack.test' })).toThrow(DkimError)
  })

  it('never makes up a target of Microsoft 365', () => {
    expect(() => records('microsoft365', 'example.com')).toThrow(DkimError)
    const pasted = {
      selector1: 'selector1-example-gov-uk01be2e._domainkey.contoso.r-v1.dkim.mail.microsoft.',
      selector2: 'selector2-example-com._domainkey.contoso.onmicrosoft.com',
    }
    expect(records('microsoft365', 'example.com', pasted)).toEqual([
      { selector: 'selector1', target: pasted.selector1.slice(0, -1) },
      { selector: 'selector2', target: pasted.selector2 },
    ])
    expect(() => records('microsoft365', 'example.com', { selector1: pasted.selector1 })).toThrow(DkimError)
    const elsewhere = { ...pasted, selector2: 'x.dkim.mail.microsoft.attack.test' }
    expect(() => records('microsoft365', 'example.com', elsewhere)).toThrow(DkimError)
    expect(records('microsoft365-onmicrosoft', 'mail.example.com', { tenant: 'contoso' })[0]?.target).toBe(
      'selector1-mail-example-com._domainkey.contoso.onmicrosoft.com',
    )
  })

  it('refuses values that the provider does not know, a name that DNS cannot hold, and TXT providers', () => {
    expect(() => records('fastmail', 'example.com', { token: 'x' })).toThrow(DkimError)
    expect(() =>
      records('icloud', `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(40)}.test`),
    ).toThrow(DkimError)
    expect(() => records('google', 'example.com')).toThrow(DkimError)
    expect(() => records('salesforce', 'example.com', { 'a\nb': 'x.custdkim.salesforce.com' })).toThrow(DkimError)
  })
})
