import type { Certificate } from '../../shared/deletion'
import { reportOf } from './report'

/** A text that reads well as it is, and as Markdown. What comes from a machine is only ever text in it. */
export function markdownOf(certificate: Certificate): string {
  const { title, verdict, facts, tables } = reportOf(certificate)
  return [
    `# ${plain(title)}`,
    `**${plain(verdict)}**`,
    tableOf(['', ''], facts),
    ...tables.flatMap(table => [`## ${table.title}`, tableOf(table.head, table.rows)]),
    '',
  ].join('\n\n')
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** Every character that Markdown or HTML could take for its own is escaped; a line stays a line. */
function plain(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+!|~<>&]/g, character =>
      character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : `\\${character}`,
    )
    .replace(/\s*\n\s*/g, ' · ')
}
