/**
 * Variables of a dotenv file (`.env`, `gateway.env`) or of a systemd EnvironmentFile, which both accept these lines.
 * Values are not expanded: OpenClaw does not either.
 */
export function parseEnvironmentFile(text: string): Map<string, string> {
  const variables = new Map<string, string>()
  const line = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[^\r\n]*)/gm
  for (const [, name = '', raw = ''] of text.matchAll(line)) variables.set(name, unquoted(raw))
  return variables
}

function unquoted(raw: string): string {
  if (raw.startsWith("'") && raw.endsWith("'") && raw.length > 1) return raw.slice(1, -1)
  if (raw.startsWith('"') && raw.endsWith('"') && raw.length > 1) {
    return raw.slice(1, -1).replaceAll(/\\(.)/gs, (_whole, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  return raw.replace(/[ \t]+#.*$/, '').trim()
}
