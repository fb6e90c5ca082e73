import { basename, dirname } from 'node:path/posix'
import type { ByHand, DeletionItem } from '../../shared/deletion'
import { commandLine } from '../ssh/quote'

const OF_SYSTEM = /^\/(?:(?:etc|run|usr\/local\/lib|usr\/lib|lib)\/systemd\/system|run\/systemd\/transient)\//
const OF_ROOT = /^\/(?:etc|usr|lib|run\/systemd)\//
/** What `systemd-run` made: it is gone once it is stopped. */
const TRANSIENT = /^\/run\/(?:user\/\d+\/)?systemd\/transient\//
/** What packages put there is theirs to take away; in /usr/local it is people who do. */
const OF_PACKAGE = /^\/(?:usr\/)?lib\/systemd\//

/** What a person does about a timer that starts OpenClaw; `lines` as they are shown. */
export function timerByHand(label: string, item: DeletionItem, lines: string): ByHand {
  const { name, path, isWholeFile } = item
  const timer = path ?? name
  const files = [...new Set([timer, ...item.paths])]
  const manager = OF_SYSTEM.test(timer) ? ['sudo', 'systemctl'] : ['systemctl', '--user']
  if (TRANSIENT.test(timer)) {
    return {
      text: `On ${label}: stop the timer ${name}, which systemd-run made to start OpenClaw: ${lines}`,
      command: commandLine([...manager, 'stop', '--', basename(timer)]),
      link: null,
    }
  }
  if (isWholeFile !== true) {
    const [, ...services] = files
    return {
      text: `On ${label}: the timer ${name} starts OpenClaw beside other things; take these lines out of its service: ${lines}`,
      command: services.map(file => editing(file, manager)).join(' && '),
      link: null,
    }
  }
  if (OF_PACKAGE.test(timer)) {
    return {
      text: `On ${label}: switch off the timer ${name}, which does nothing but start OpenClaw and came with a package: ${lines}`,
      command: commandLine([...manager, 'mask', '--now', '--', basename(timer)]),
      link: null,
    }
  }
  const removable = files.filter(file => !OF_PACKAGE.test(file))
  const remove = removable.some(file => OF_ROOT.test(file)) ? ['sudo', 'rm'] : ['rm']
  const off = commandLine([...manager, 'disable', '--now', '--', basename(timer)])
  const text = `On ${label}: switch off the timer ${name}, which does nothing but start OpenClaw, and remove it: ${lines}`
  return { text, command: `${off} && ${commandLine([...remove, '--', ...removable])}`, link: null }
}

/** How a file of a unit is changed: its main one through the manager, which copies one of a package; a drop-in as it is. */
function editing(file: string, manager: readonly string[]): string {
  const isDropIn = dirname(file).endsWith('.d')
  if (!isDropIn) return commandLine([...manager, 'edit', '--full', '--', basename(file)])
  return OF_ROOT.test(file) ? commandLine(['sudoedit', file]) : `"\${EDITOR:-vi}" ${commandLine([file])}`
}
