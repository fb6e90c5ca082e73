/**
 * A script of PowerShell as it is sent. Its first line says what it is for; notes and indentation are left out, since each letter
 * takes nearly three in the line that asks.
 */
export function scriptText(purpose: string, script: string): string {
  const lines = script.split('\n').map(line => line.trim())
  return [`# ocm:${purpose}`, ...lines.filter(line => line !== '' && !line.startsWith('#'))].join('\n')
}
