// Postfix signs nothing itself: it hands mail to a milter, of which OpenDKIM is the usual one.

import { opendkim } from './opendkim.js'
import type { Signer } from './signer.js'

export const postfix: Signer = {
  ...opendkim,
  name: 'Postfix with OpenDKIM',
  // A milter listens on another socket only after it was started anew.
  reload: 'systemctl restart opendkim && postfix reload',
  sections: keys => [
    ...opendkim
      .sections(keys)
      .map(section =>
        section.file === '/etc/opendkim.conf'
          ? { ...section, lines: ['Socket inet:8891@localhost', ...section.lines] }
          : section,
      ),
    {
      file: '/etc/postfix/main.cf',
      comment: '#',
      lines: [
        'smtpd_milters = inet:localhost:8891',
        'non_smtpd_milters = $smtpd_milters',
        'milter_protocol = 6',
        '# "accept" would send unsigned mail while the milter is down',
        'milter_default_action = tempfail',
        'internal_mail_filter_classes = bounce',
      ],
    },
  ],
}
