// Messages as programs of all kinds write them: plain, with attachments, newsletters, 8-bit; CRLF, as latin1.

function message(lines: string): string {
  return Buffer.from(lines.replace(/^\n/, '').replace(/\n/g, '\r\n'), 'utf8').toString('latin1')
}

export const PLAIN = message(`
Received: from mx.example.com (mx.example.com [192.0.2.1])
\tby mail.example.org (Postfix) with ESMTPS id ABCDEF0123
\tfor <list@example.org>; Sun, 22 Nov 2026 11:59:58 +0000 (UTC)
From: "Ann Author" <ann@example.com>
To: Bob <bob@example.org>, "Carol C." <carol@example.net>
Subject: The minutes of last week
Date: Sun, 22 Nov 2026 12:59:50 +0100
Message-ID: <20261122115950.1234@mail.example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hello all,

here are the minutes.  They are  short,\tas always.
.and a line that begins with a dot
From then on nothing more was said.

Grüße,
Ann
-- 
Ann Author, Example Ltd.
`)

export const MULTIPART = message(`
From: Müller Möbel <news@example.com>
Reply-To: service@example.com
To: kunde@example.net
Subject: =?utf-8?q?Unsere_Angebote_f=C3=BCr_Sie?=
Date: Sun, 22 Nov 2026 11:58:00 +0000
Message-ID: <news.42@example.com>
List-Unsubscribe: <https://example.com/u/42>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_b1"

This is a multi-part message in MIME format.
--=_b1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Guten Tag,

unsere Angebote f=C3=BCr Sie: https://example.com/angebote?id=3D42 und noch=
 viel mehr.

--=_b1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: 8bit

<html><body>
<p>Guten Tag,</p>
<p>unsere <a href="https://example.com/angebote">Angebote</a> für Sie</p>
</body></html>

--=_b1
Content-Type: application/octet-stream; name=a.bin
Content-Transfer-Encoding: base64

AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4
OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3Bx
cnN0dXY=
--=_b1--
`)
