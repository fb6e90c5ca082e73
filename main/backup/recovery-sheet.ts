/** What a recovery sheet tells of. */
export interface SheetFacts {
  readonly repositoryId: string
  readonly createdAt: string
  readonly folder: string
  readonly phrase: string
}

/** The text of the recovery sheet: to be printed and kept away from the computer. */
export function sheetText({ repositoryId, createdAt, folder, phrase }: SheetFacts): string {
  return `OCM RECOVERY SHEET
==================

This sheet opens your OCM backups when this computer, or its keychain, is gone.
Print it and keep it where you keep other keys. Whoever has it and the backup
folder can read the backups, with all tokens and passwords in them.

Recovery phrase   ${phrase}

Repository        ${repositoryId}
Made on           ${createdAt.slice(0, 10)}
Folder            ${folder}

The phrase has six groups of five letters and digits. Upper and lower case do
not matter, nor do dashes. There is no letter O, I, L or U in it.

With OCM
  1. Quit OCM on the new computer, and put a copy of the backup folder in the
     place of its own. Settings, About, says where that is.
  2. Start OCM, open Backups, and enter the phrase.

Without OCM (only Node.js 22.15 or later is needed)
  1. Take restore-without-ocm.mjs from OCM's docs folder. The format is
     described in backup-format.md next to it.
  2. node restore-without-ocm.mjs <backup folder> list
  3. node restore-without-ocm.mjs <backup folder> <backup id> <new folder>
`
}
