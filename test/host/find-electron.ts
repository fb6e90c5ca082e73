import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Electron's executable, or null when its binary is not installed. Never fetches it, unlike `require('electron')`. */
export function findElectron(root = 'node_modules/electron'): string | null {
  if (process.env['OCM_HOST'] === '1') return null
  const pointer = join(root, 'path.txt')
  if (!existsSync(pointer)) return null
  const path = join(process.cwd(), root, 'dist', readFileSync(pointer, 'utf8').trim())
  return existsSync(path) ? path : null
}
