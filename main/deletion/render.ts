import type { Certificate } from '../../shared/deletion'

/** How a certificate can be written. */
export type CertificateFormat = 'json' | 'html' | 'markdown'

/** A file name for a certificate. */
export function certificateName({ operationId }: Certificate, format: CertificateFormat): string {
  return `ocm-deletion-${operationId.slice(0, 8)}.${format === 'markdown' ? 'md' : format}`
}

/** A certificate as text. */
export function renderCertificate(certificate: Certificate, format: CertificateFormat): string {
  if (format !== 'json') throw new Error(`not written yet: ${format}`)
  return `${JSON.stringify(certificate, null, 2)}\n`
}
