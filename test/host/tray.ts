import type Electron from 'electron'
import { EventEmitter } from 'node:events'
import type { MenuEntry, TrayState } from './record'
import type { HostImage } from './desktop'
import type { HostState } from './state'

/** An entry after `Menu.buildFromTemplate`. */
interface HostMenuItem {
  readonly label: string
  readonly type: string
  readonly isEnabled: boolean
  readonly click: () => void
}

/** `Menu`: remembers its entries. */
export class HostMenu {
  static applicationMenu: HostMenu | null = null
  readonly items: readonly HostMenuItem[]
  constructor(template: readonly Electron.MenuItemConstructorOptions[] = []) {
    this.items = template.map(({ label = '', type = 'normal', enabled = true, click }) => ({
      label,
      type,
      isEnabled: enabled,
      // Entries of the app take no arguments; Electron's own are not there to hand over.
      click: () => (click as (() => void) | undefined)?.(),
    }))
  }
  static buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): HostMenu {
    return new HostMenu(template)
  }
  static setApplicationMenu(menu: HostMenu | null): void {
    HostMenu.applicationMenu = menu
  }
  static getApplicationMenu(): HostMenu | null {
    return HostMenu.applicationMenu
  }
}

/** `Tray`: shows nothing, but can be looked at and clicked. One at a time. */
export class HostTray
  extends EventEmitter
  implements Pick<Electron.Tray, 'setToolTip' | 'destroy' | 'isDestroyed' | 'setTitle'>
{
  private image: string
  private menu: HostMenu | null = null
  private toolTip = ''
  private isGone = false
  constructor(
    private readonly state: HostState,
    image: unknown,
  ) {
    super()
    state.onlyWhenReady('Tray')
    this.image = fileOf(image)
    state.tray = this
  }
  setToolTip(toolTip: string): void {
    this.toolTip = toolTip
  }
  setTitle(): void {
    // Text beside the icon, on macOS only.
  }
  setImage(image: unknown): void {
    this.image = fileOf(image)
  }
  setContextMenu(menu: HostMenu | null): void {
    this.menu = menu
  }
  isDestroyed(): boolean {
    return this.isGone
  }
  destroy(): void {
    this.isGone = true
    if (this.state.tray === this) this.state.tray = null
  }

  /** For tests: what a person would see. */
  look(): TrayState {
    const entries = (this.menu?.items ?? []).map(({ label, type, isEnabled }): MenuEntry => ({
      label,
      type,
      isEnabled,
    }))
    return { image: this.image, toolTip: this.toolTip, entries }
  }
  /** For tests: clicks the first entry whose label starts so. */
  choose(label: string): void {
    const item = this.menu?.items.find(({ label: own, isEnabled }) => isEnabled && own.startsWith(label))
    if (item === undefined) throw new Error(`The tray has no entry ${label}`)
    item.click()
  }
}

/** The file an image was read from, without its folder. @throws TypeError as Electron does for no image. */
function fileOf(image: unknown): string {
  if (typeof image !== 'object' || image === null) throw new TypeError('A tray needs an image')
  return (image as Partial<HostImage>).file ?? ''
}
