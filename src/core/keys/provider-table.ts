// The mail services that hold the key of their customers' domains: how each is recognised and what it wants in DNS. Data only.
// Every row says where it comes from and when that was checked, so that a wrong one can be corrected.

export type Confidence = 'high' | 'medium' | 'low'

/** A record that the provider's customer publishes; `{d}`, `{d-}`, `{d--}` and the names of values are filled in. */
export interface ProviderRecord {
  readonly selector: string
  readonly target: string
}

/** A value that the provider assigned and that nothing can compute. */
export interface ProviderValue {
  readonly shape: RegExp
  readonly example: string
  /** Filled in where the value is not given; without it the value is required. */
  readonly otherwise?: string
}

/** What it takes to write the records of this provider. */
export type ProviderSetup =
  /** The domain is enough. */
  | { readonly needs: 'nothing'; readonly records: readonly ProviderRecord[] }
  /** Assigned values (an account, a token) complete the names. */
  | {
      readonly needs: 'values'
      readonly values: Readonly<Record<string, ProviderValue>>
      readonly records: readonly ProviderRecord[]
    }
  /** The whole targets are assigned: they are copied from the provider, never made up. `selectors` that are listed are all required. */
  | {
      readonly needs: 'targets'
      readonly selectors: readonly string[]
      /** Ends of targets that are pasted as well, though another row recognises them. */
      readonly alsoUnder?: readonly string[]
    }
  /** The provider shows a TXT record; `selector` is the one it uses unless told otherwise. */
  | { readonly needs: 'record'; readonly selector: string | null }

export interface Provider {
  readonly name: string
  /** Exact selectors, and shapes of selectors (anchored, lower case). */
  readonly selectors: readonly (string | RegExp)[]
  /** The ends of CNAME targets, matched on label boundaries. */
  readonly targets: readonly string[]
  readonly recordType: 'CNAME' | 'TXT'
  readonly rotatedBy: 'provider' | 'you'
  readonly setup: ProviderSetup
  /** Where in the provider's pages the record or the values are found; only where somebody has to look. */
  readonly where?: string
  readonly note?: string
  readonly confidence: Confidence
  readonly source: string
  readonly checked: string
}

const CHECKED = '2026-11-22'
const DOCUMENTED = { confidence: 'high', source: "the provider's documentation", checked: CHECKED } as const
const OBSERVED = { confidence: 'high', source: 'records in public DNS configurations', checked: CHECKED } as const
const REPORTED = { confidence: 'medium', source: 'common knowledge of mail operators', checked: CHECKED } as const
const WEAK = { confidence: 'low', source: 'a single public configuration', checked: CHECKED } as const

/** A CNAME whose key the provider changes by itself. */
const CNAME = { recordType: 'CNAME', rotatedBy: 'provider' } as const
/** A TXT record that its owner replaces. */
const TXT = { recordType: 'TXT', rotatedBy: 'you', targets: [] } as const

const record = (selector: string, target: string): ProviderRecord => ({ selector, target })
const fromDomain = (...records: ProviderRecord[]): ProviderSetup => ({ needs: 'nothing', records })
const pastedTargets = (...selectors: string[]): ProviderSetup => ({ needs: 'targets', selectors })
const pastedRecord = (selector: string | null): ProviderSetup => ({ needs: 'record', selector })

export const PROVIDERS = {
  microsoft365: {
    name: 'Microsoft 365',
    selectors: ['selector1', 'selector2'],
    targets: ['dkim.mail.microsoft'],
    ...CNAME,
    setup: { needs: 'targets', selectors: ['selector1', 'selector2'], alsoUnder: ['onmicrosoft.com'] },
    where: 'Get-DkimSigningConfig -Identity DOMAIN | Format-List Selector1CNAME,Selector2CNAME',
    note: 'targets made since May 2025 carry a part that Microsoft assigns to each domain',
    ...DOCUMENTED,
  },
  'microsoft365-onmicrosoft': {
    name: 'Microsoft 365 (domains added before May 2025)',
    // selector1 and selector2 too, but by these alone the row above is the better answer.
    selectors: [/^selector[12]-[a-z0-9-]+-onmicrosoft-com$/],
    targets: ['onmicrosoft.com'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: { tenant: { shape: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, example: 'contoso' } },
      records: [
        record('selector1', 'selector1-{d-}._domainkey.{tenant}.onmicrosoft.com'),
        record('selector2', 'selector2-{d-}._domainkey.{tenant}.onmicrosoft.com'),
      ],
    },
    where: 'the initial domain of the tenant: TENANT.onmicrosoft.com',
    note: 'only for a domain whose Get-DkimSigningConfig shows targets under onmicrosoft.com: compare before publishing',
    ...DOCUMENTED,
  },
  google: {
    name: 'Google Workspace',
    selectors: ['google'],
    ...TXT,
    setup: pastedRecord('google'),
    where: 'Admin console, Apps, Google Workspace, Gmail, Authenticate email, Generate new record',
    note: 'a new key under the same selector leaves a gap: choose a new prefix such as google2026q4',
    ...OBSERVED,
  },
  gmail: {
    name: 'Gmail',
    selectors: [/^20(?:161025|210112|230601)$/],
    ...TXT,
    rotatedBy: 'provider',
    setup: pastedRecord(null),
    ...REPORTED,
  },
  ses: {
    name: 'Amazon SES (Easy DKIM)',
    selectors: [/^[a-z2-7]{32}$/],
    targets: ['amazonses.com'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: {
        token1: { shape: /^[a-z2-7]{32}$/, example: 'abcdefghijklmnopqrstuvwxyz234567' },
        token2: { shape: /^[a-z2-7]{32}$/, example: 'bcdefghijklmnopqrstuvwxyz234567a' },
        token3: { shape: /^[a-z2-7]{32}$/, example: 'cdefghijklmnopqrstuvwxyz234567ab' },
        host: {
          shape: /^dkim\.(?:[a-z]{2}(?:-[a-z]+)+-\d\.)?amazonses\.com$/,
          example: 'dkim.eu-south-1.amazonses.com',
          otherwise: 'dkim.amazonses.com',
        },
      },
      records: [
        record('{token1}', '{token1}.{host}'),
        record('{token2}', '{token2}.{host}'),
        record('{token3}', '{token3}.{host}'),
      ],
    },
    where: 'SES console, Identities, the domain, Authentication, Publish DNS records',
    note: 'some regions have a host of their own: copy it where the console shows more than dkim.amazonses.com',
    ...OBSERVED,
  },
  sendgrid: {
    name: 'Twilio SendGrid',
    selectors: ['s1', 's2'],
    targets: ['sendgrid.net'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: { account: { shape: /^u\d{1,12}\.wl\d{0,6}$/, example: 'u1234567.wl123' } },
      records: [
        record('s1', 's1.domainkey.{account}.sendgrid.net'),
        record('s2', 's2.domainkey.{account}.sendgrid.net'),
      ],
    },
    where: 'Settings, Sender Authentication, the domain: the part between domainkey and sendgrid.net',
    ...OBSERVED,
  },
  mailchimp: {
    name: 'Mailchimp',
    selectors: ['k2', 'k3', 'k1'],
    targets: ['mcsv.net'],
    ...CNAME,
    setup: fromDomain(record('k2', 'dkim2.mcsv.net'), record('k3', 'dkim3.mcsv.net')),
    ...OBSERVED,
  },
  mandrill: {
    name: 'Mailchimp Transactional (Mandrill)',
    selectors: ['mte1', 'mte2', 'mandrill'],
    targets: ['mandrillapp.com'],
    ...CNAME,
    setup: fromDomain(record('mte1', 'dkim1.mandrillapp.com'), record('mte2', 'dkim2.mandrillapp.com')),
    ...OBSERVED,
  },
  mailgun: {
    name: 'Mailgun',
    selectors: ['pdk1', 'pdk2'],
    targets: ['mailgun.com', 'mgsend.org'],
    ...CNAME,
    setup: pastedTargets('pdk1', 'pdk2'),
    where: 'Sending, Domains, the domain, DNS records',
    ...OBSERVED,
  },
  'mailgun-classic': {
    name: 'Mailgun (own TXT record)',
    selectors: ['smtp', 'mailo', 'pic', 'mx', 'krs', 'k1', 'mta'],
    ...TXT,
    setup: pastedRecord(null),
    where: 'Sending, Domains, the domain, DNS records',
    ...REPORTED,
  },
  postmark: {
    name: 'Postmark',
    selectors: [/^\d{14}pm$/, /^\d{1,14}\.pm$/],
    ...TXT,
    setup: pastedRecord(null),
    where: 'Sender Signatures, the domain, DNS Settings',
    ...OBSERVED,
  },
  proton: {
    name: 'Proton Mail',
    selectors: ['protonmail', 'protonmail2', 'protonmail3'],
    targets: ['domains.proton.ch'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: { token: { shape: /^d[a-z2-7]{10,62}$/, example: 'dabcdefghijklmnopqrstuvwxyz234567' } },
      records: [
        record('protonmail', 'protonmail.domainkey.{token}.domains.proton.ch'),
        record('protonmail2', 'protonmail2.domainkey.{token}.domains.proton.ch'),
        record('protonmail3', 'protonmail3.domainkey.{token}.domains.proton.ch'),
      ],
    },
    where: 'Settings, Domain names, the domain, DKIM: the part that starts with d, before .domains.proton.ch',
    ...DOCUMENTED,
  },
  simplelogin: {
    name: 'SimpleLogin',
    selectors: ['dkim', 'dkim02', 'dkim03'],
    targets: ['simplelogin.co'],
    ...CNAME,
    setup: fromDomain(
      record('dkim', 'dkim._domainkey.simplelogin.co'),
      record('dkim02', 'dkim02._domainkey.simplelogin.co'),
      record('dkim03', 'dkim03._domainkey.simplelogin.co'),
    ),
    ...OBSERVED,
  },
  fastmail: {
    name: 'Fastmail',
    selectors: ['fm1', 'fm2', 'fm3', 'mesmtp'],
    targets: ['fmhosted.com'],
    ...CNAME,
    setup: fromDomain(
      record('fm1', 'fm1.{d}.dkim.fmhosted.com'),
      record('fm2', 'fm2.{d}.dkim.fmhosted.com'),
      record('fm3', 'fm3.{d}.dkim.fmhosted.com'),
    ),
    ...DOCUMENTED,
  },
  icloud: {
    name: 'iCloud+ Custom Email Domain',
    selectors: ['sig1'],
    targets: ['icloudmailadmin.com'],
    ...CNAME,
    setup: fromDomain(record('sig1', 'sig1.dkim.{d}.at.icloudmailadmin.com')),
    ...OBSERVED,
  },
  zoho: {
    name: 'Zoho Mail',
    selectors: ['zmail', 'zoho'],
    ...TXT,
    setup: pastedRecord('zmail'),
    where: 'Zoho Mail Admin Console, Domains, the domain, Email Configuration, DKIM',
    ...OBSERVED,
  },
  hubspot: {
    name: 'HubSpot',
    selectors: [/^hs[12]-\d+$/, 'hs1', 'hs2'],
    targets: ['hubspotemail.net'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: {
        portal: { shape: /^\d{1,12}$/, example: '1234567' },
        cluster: { shape: /^hs\d{1,3}$/, example: 'hs01' },
      },
      records: [
        record('hs1-{portal}', '{d--}.{cluster}a.dkim.hubspotemail.net'),
        record('hs2-{portal}', '{d--}.{cluster}b.dkim.hubspotemail.net'),
      ],
    },
    where: 'Settings, Domains & URLs, Email sending: the number after hs1-, and hsNN before the letter in the target',
    ...OBSERVED,
  },
  salesforce: {
    name: 'Salesforce',
    selectors: ['sf1', 'sf2', 'salesforce', 'salesforcealt'],
    targets: ['custdkim.salesforce.com'],
    ...CNAME,
    setup: pastedTargets(),
    where: 'Setup, DKIM Keys, the key: CNAME and Alternate CNAME',
    ...OBSERVED,
  },
  klaviyo: {
    name: 'Klaviyo',
    selectors: ['kl', 'kl2', 'km1', 'km2', 'kt1', 'kt2', 'ks1', 'ks2'],
    targets: ['klaviyomail.com', 'klaviyodns.com', 'klaviyo.com'],
    ...CNAME,
    setup: pastedTargets(),
    where: 'Settings, Domains, the branded sending domain',
    ...WEAK,
  },
  brevo: {
    name: 'Brevo',
    selectors: ['brevo1', 'brevo2'],
    targets: ['dkim.brevo.com'],
    ...CNAME,
    setup: fromDomain(record('brevo1', 'b1.{d-}.dkim.brevo.com'), record('brevo2', 'b2.{d-}.dkim.brevo.com')),
    ...OBSERVED,
  },
  mimecast: {
    name: 'Mimecast',
    selectors: [/^mimecast20\d{6}$/],
    ...TXT,
    setup: pastedRecord(null),
    where: 'Administration Console, Gateway, Policies, DNS Authentication - Outbound Signing',
    ...OBSERVED,
  },
  proofpoint: {
    name: 'Proofpoint Essentials',
    selectors: [/^selector-\d{9,11}$/],
    ...TXT,
    setup: pastedRecord(null),
    ...WEAK,
  },
  hypernode: {
    name: 'Hypernode',
    selectors: ['hypernode'],
    targets: ['hypernode.io'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: { app: { shape: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, example: 'exampleapp' } },
      records: [record('hypernode', 'hypernode._domainkey.{app}.hypernode.io')],
    },
    ...WEAK,
  },
  zendesk: {
    name: 'Zendesk',
    selectors: ['zendesk1', 'zendesk2'],
    targets: ['zendesk.com'],
    ...CNAME,
    setup: fromDomain(
      record('zendesk1', 'zendesk1._domainkey.zendesk.com'),
      record('zendesk2', 'zendesk2._domainkey.zendesk.com'),
    ),
    ...OBSERVED,
  },
  freshworks: {
    name: 'Freshworks',
    selectors: ['fs', 'fs2', 'fs3', 'fwdkim1'],
    targets: ['freshemail.io'],
    ...CNAME,
    setup: pastedTargets(),
    where: 'Admin, Email, DKIM configuration',
    ...OBSERVED,
  },
  intercom: {
    name: 'Intercom',
    selectors: ['intercom'],
    targets: ['intercom.io'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: {
        id: {
          shape: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
          example: '12345678-90ab-cdef-1234-567890abcdef',
        },
      },
      records: [record('intercom', '{id}.dkim.intercom.io')],
    },
    where: 'Settings, Channels, Email, Domains: the part before .dkim.intercom.io',
    ...OBSERVED,
  },
  helpscout: {
    name: 'Help Scout',
    selectors: ['strong1', 'strong2'],
    targets: ['helpscout.net'],
    ...CNAME,
    setup: fromDomain(
      record('strong1', 'strong1._domainkey.helpscout.net'),
      record('strong2', 'strong2._domainkey.helpscout.net'),
    ),
    ...OBSERVED,
  },
  gorgias: {
    name: 'Gorgias',
    selectors: ['gor', 'gor2'],
    ...TXT,
    setup: pastedRecord(null),
    ...WEAK,
  },
  atlassian: {
    name: 'Atlassian',
    selectors: [/^atlassian-[0-9a-f]{6}$/],
    targets: ['dkim.atlassian.net'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: { id: { shape: /^[0-9a-f]{6}$/, example: '0a1b2c' } },
      records: [record('atlassian-{id}', 'atlassian-{id}.dkim.atlassian.net')],
    },
    where: 'Atlassian Administration, Products, Emails, the domain: the six characters after atlassian-',
    ...OBSERVED,
  },
  shopify: {
    name: 'Shopify',
    selectors: [/^pdk[12]\._domainkey\.mailer[a-z0-9]+$/],
    targets: ['myshopify.com'],
    ...CNAME,
    setup: pastedTargets(),
    where: 'Settings, Notifications, Sender email, Authenticate your domain',
    ...OBSERVED,
  },
  constantcontact: {
    name: 'Constant Contact',
    selectors: ['ctct1', 'ctct2'],
    targets: ['ccsend.com'],
    ...CNAME,
    setup: fromDomain(
      record('ctct1', '100._domainkey.dkim1.ccsend.com'),
      record('ctct2', '200._domainkey.dkim2.ccsend.com'),
    ),
    ...OBSERVED,
  },
  activecampaign: {
    name: 'ActiveCampaign',
    selectors: ['acdkim1', 'acdkim2'],
    targets: ['acems1.com', 'acems2.com', 'acems3.com', 'acems4.com'],
    ...CNAME,
    setup: pastedTargets('acdkim1', 'acdkim2'),
    where: 'Settings, Advanced, Email authentication',
    ...WEAK,
  },
  mailerlite: {
    name: 'MailerLite',
    selectors: ['litesrv'],
    targets: ['mlsend.com'],
    ...CNAME,
    setup: fromDomain(record('litesrv', 'litesrv._domainkey.mlsend.com')),
    ...OBSERVED,
  },
  smtp2go: {
    name: 'SMTP2GO',
    selectors: [/^s\d{4,12}$/],
    targets: ['smtp2go.net'],
    ...CNAME,
    setup: {
      needs: 'values',
      values: { id: { shape: /^\d{4,12}$/, example: '123456' } },
      records: [record('s{id}', 'dkim.smtp2go.net')],
    },
    where: 'Sending, Verified Senders, the domain: the number after s in s123456._domainkey',
    ...OBSERVED,
  },
  mailtrap: {
    name: 'Mailtrap',
    selectors: ['rwmt1', 'rwmt2'],
    targets: ['mailtrap.live'],
    ...CNAME,
    setup: fromDomain(
      record('rwmt1', 'rwmt1.dkim.smtp.mailtrap.live'),
      record('rwmt2', 'rwmt2.dkim.smtp.mailtrap.live'),
    ),
    ...OBSERVED,
  },
  resend: {
    name: 'Resend',
    selectors: ['resend'],
    ...TXT,
    setup: pastedRecord('resend'),
    where: 'Domains, the domain, DNS records',
    ...OBSERVED,
  },
  sparkpost: {
    name: 'SparkPost (Bird)',
    selectors: [/^scph\d{4}$/],
    ...TXT,
    setup: pastedRecord(null),
    where: 'Configuration, Domains, the sending domain',
    ...OBSERVED,
  },
  mailjet: {
    name: 'Mailjet',
    selectors: ['mailjet'],
    ...TXT,
    setup: pastedRecord('mailjet'),
    where: 'Account settings, SPF & DKIM authentication',
    ...OBSERVED,
  },
  elasticemail: {
    name: 'Elastic Email',
    selectors: ['api'],
    ...TXT,
    setup: pastedRecord('api'),
    where: 'Settings, Domains, the domain, DKIM',
    ...REPORTED,
  },
  campaignmonitor: {
    name: 'Campaign Monitor',
    selectors: ['cm'],
    ...TXT,
    setup: pastedRecord('cm'),
    where: 'Account settings, Sending domains',
    ...REPORTED,
  },
  aweber: {
    name: 'AWeber',
    selectors: ['aweber_key_a', 'aweber_key_b', 'aweber_key_c'],
    targets: ['send.aweber.com'],
    ...CNAME,
    setup: fromDomain(
      record('aweber_key_a', 'aweber_key_a.send.aweber.com'),
      record('aweber_key_b', 'aweber_key_b.send.aweber.com'),
      record('aweber_key_c', 'aweber_key_c.send.aweber.com'),
    ),
    note: 'the selectors hold an underscore: some DNS panels refuse them',
    ...OBSERVED,
  },
  kit: { name: 'Kit', selectors: ['cka'], ...TXT, setup: pastedRecord(null), ...WEAK },
  emma: { name: 'Emma', selectors: [/^e2ma-k[123]$/], ...TXT, setup: pastedRecord(null), ...WEAK },
  everlytic: {
    name: 'Everlytic',
    selectors: ['everlytickey1', 'everlytickey2'],
    ...TXT,
    setup: pastedRecord(null),
    ...WEAK,
  },
  sailthru: { name: 'Sailthru', selectors: ['sailthru'], ...TXT, setup: pastedRecord('sailthru'), ...WEAK },
  qualtrics: { name: 'Qualtrics', selectors: ['qualtrics'], ...TXT, setup: pastedRecord('qualtrics'), ...WEAK },
  marketo: { name: 'Marketo', selectors: ['m1'], ...TXT, setup: pastedRecord('m1'), ...WEAK },
  'cloudflare-routing': {
    name: 'Cloudflare Email Routing',
    selectors: [/^cf20\d{2}-\d$/],
    ...TXT,
    rotatedBy: 'provider',
    setup: pastedRecord(null),
    where: 'the zone, Email, Email Routing, Settings',
    ...OBSERVED,
  },
  migadu: {
    name: 'Migadu',
    selectors: ['key1', 'key2', 'key3'],
    targets: ['migadu.com'],
    ...CNAME,
    setup: fromDomain(
      record('key1', 'key1.{d}._domainkey.migadu.com'),
      record('key2', 'key2.{d}._domainkey.migadu.com'),
      record('key3', 'key3.{d}._domainkey.migadu.com'),
    ),
    ...OBSERVED,
  },
  'mailbox-org': {
    name: 'mailbox.org',
    selectors: [/^mbo000[1-4]$/],
    targets: ['mailbox.org'],
    ...CNAME,
    setup: fromDomain(
      record('MBO0001', 'MBO0001._domainkey.mailbox.org'),
      record('MBO0002', 'MBO0002._domainkey.mailbox.org'),
      record('MBO0003', 'MBO0003._domainkey.mailbox.org'),
      record('MBO0004', 'MBO0004._domainkey.mailbox.org'),
    ),
    ...OBSERVED,
  },
  tuta: {
    name: 'Tuta',
    selectors: ['s1', 's2'],
    targets: ['tutanota.de'],
    ...CNAME,
    setup: fromDomain(record('s1', 's1.domainkey.tutanota.de'), record('s2', 's2.domainkey.tutanota.de')),
    ...OBSERVED,
  },
  purelymail: {
    name: 'Purelymail',
    selectors: ['purelymail1', 'purelymail2', 'purelymail3'],
    targets: ['dkimroot.purelymail.com'],
    ...CNAME,
    setup: fromDomain(
      record('purelymail1', 'key1.dkimroot.purelymail.com'),
      record('purelymail2', 'key2.dkimroot.purelymail.com'),
      record('purelymail3', 'key3.dkimroot.purelymail.com'),
    ),
    ...OBSERVED,
  },
  gandi: {
    name: 'Gandi Mail',
    selectors: ['gm1', 'gm2', 'gm3'],
    targets: ['gandimail.net'],
    ...CNAME,
    setup: fromDomain(
      record('gm1', 'gm1.gandimail.net'),
      record('gm2', 'gm2.gandimail.net'),
      record('gm3', 'gm3.gandimail.net'),
    ),
    ...OBSERVED,
  },
  ionos: {
    name: 'IONOS',
    selectors: ['s1-ionos', 's2-ionos'],
    targets: ['dkim.ionos.com'],
    ...CNAME,
    setup: fromDomain(record('s1-ionos', 's1.dkim.ionos.com'), record('s2-ionos', 's2.dkim.ionos.com')),
    ...OBSERVED,
  },
  hostinger: {
    name: 'Hostinger',
    selectors: ['hostingermail-a', 'hostingermail-b', 'hostingermail-c'],
    targets: ['dkim.mail.hostinger.com'],
    ...CNAME,
    setup: fromDomain(
      record('hostingermail-a', 'hostingermail-a.dkim.mail.hostinger.com'),
      record('hostingermail-b', 'hostingermail-b.dkim.mail.hostinger.com'),
      record('hostingermail-c', 'hostingermail-c.dkim.mail.hostinger.com'),
    ),
    ...OBSERVED,
  },
  ovh: {
    name: 'OVHcloud',
    selectors: [/^ovhmo\d*-selector-?\d$/],
    targets: ['dkim.mail.ovh.net'],
    ...CNAME,
    setup: pastedTargets(),
    where: 'Web Cloud, Emails, the domain, DKIM',
    ...WEAK,
  },
  titan: {
    name: 'Titan (WordPress.com)',
    selectors: ['titan1'],
    ...TXT,
    setup: pastedRecord('titan1'),
    where: 'Control panel, Domains, DKIM',
    ...OBSERVED,
  },
  privateemail: {
    name: 'Namecheap Private Email',
    selectors: ['default'],
    targets: ['privateemail.com'],
    ...CNAME,
    setup: fromDomain(record('default', 'default._domainkey.privateemail.com')),
    ...WEAK,
  },
  godaddy: {
    name: 'GoDaddy Websites + Marketing',
    selectors: [],
    targets: ['em.secureserver.net'],
    ...CNAME,
    setup: pastedTargets(),
    ...WEAK,
  },
  yandex: {
    name: 'Yandex 360',
    selectors: ['mail'],
    ...TXT,
    setup: pastedRecord('mail'),
    where: 'Yandex 360 for Business, Domains, the domain, DKIM',
    ...REPORTED,
  },
  // Mail servers: their first selector, of which somebody with access to the machine owns the key.
  'hosting-panel': {
    name: 'cPanel, Plesk, OpenDKIM or maddy',
    selectors: ['default'],
    ...TXT,
    setup: pastedRecord('default'),
    ...REPORTED,
  },
  directadmin: { name: 'DirectAdmin', selectors: ['x'], ...TXT, setup: pastedRecord('x'), ...REPORTED },
  mailcow: { name: 'mailcow or iRedMail', selectors: ['dkim'], ...TXT, setup: pastedRecord('dkim'), ...REPORTED },
  'mail-in-a-box': {
    name: 'Mail-in-a-Box or docker-mailserver',
    selectors: ['mail'],
    ...TXT,
    setup: pastedRecord('mail'),
    ...REPORTED,
  },
  modoboa: { name: 'Modoboa', selectors: ['modoboa'], ...TXT, setup: pastedRecord('modoboa'), ...REPORTED },
  haraka: {
    name: 'Haraka',
    selectors: [/^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)20\d{2}$/],
    ...TXT,
    setup: pastedRecord(null),
    ...REPORTED,
  },
  stalwart: {
    name: 'Stalwart',
    selectors: [/^v\d+-(?:rsa|ed25519)-20\d{6}$/, /^20\d{4}[re]$/],
    ...TXT,
    setup: pastedRecord(null),
    ...DOCUMENTED,
  },
} as const satisfies Readonly<Record<string, Provider>>

export type ProviderId = keyof typeof PROVIDERS
