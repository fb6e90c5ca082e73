import type { Certificate } from '../../shared/deletion'
import { reportOf } from './report'

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1e; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { font-weight: 600; padding: .6rem .9rem; border-radius: .5rem; }
.proven { background: #e4f5e9; color: #14532d; } .open { background: #fdecea; color: #7f1d1d; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; white-space: pre-line; }
@media print { body { margin: 0; max-width: none; } }`

/** A page of its own: no script, nothing loaded, everything escaped. */
export function htmlOf(certificate: Certificate): string {
  const { title, verdict, facts, tables } = reportOf(certificate)
  const list = facts.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
  const sections = tables.map(
    table => `<h2>${escaped(table.title)}</h2>
<table><thead><tr>${table.head.map(cell => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead>
<tbody>
${table.rows.map(row => `<tr>${row.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n')}
</tbody></table>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${STYLE}
</style></head><body>
<h1>${escaped(title)}</h1>
<p class="verdict ${certificate.isProven ? 'proven' : 'open'}">${escaped(verdict)}</p>
<table><tbody>
${list.join('\n')}
</tbody></table>
${sections.join('\n')}
</body></html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character] ?? '')
}
