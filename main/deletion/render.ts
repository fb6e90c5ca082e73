import type { Certificate } from '../../shared/deletion'
import { htmlOf } from './render-html'
import { markdownOf } from './render-markdown'

/** How a certificate can be written. */
export type CertificateFormat = 'json' | 'html' | 'markdown'

/** A file name for a certificate. */
export function certificateName({ operationId }: Certificate, format: CertificateFormat): string {
  return `ocm-deletion-${operationId.slice(0, 8)}.${format === 'markdown' ? 'md' : format}`
}

/** A certificate as text. The JSON is the certificate itself; the others are for people. */
export function renderCertificate(certificate: Certificate, format: CertificateFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(certificate, null, 2)}\n`
    case 'html':
      return htmlOf(certificate)
    case 'markdown':
      return markdownOf(certificate)
  }
}
