import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors'

/** Crockford's base32: no I, L, O or U, so that a phrase survives paper and handwriting. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const SECRET_LETTERS = 26
const CHECK_LETTERS = 4
const GROUP_LETTERS = 5

/** A new recovery phrase: six groups of five letters, 130 random bits and a 20-bit checksum. */
export function newPhrase(): string {
  const secret = [...randomBytes(SECRET_LETTERS)].map(byte => LETTERS.charAt(byte & 31)).join('')
  return grouped(secret + checksum(secret))
}

/**
 * The phrase as it was made, from what a person typed: case, spaces and dashes do not matter, nor O for 0, I or L for 1.
 * @throws AppError `bad-input` when letters are missing or the checksum says one is wrong.
 */
export function readPhrase(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const secret = letters.slice(0, SECRET_LETTERS)
  const isWhole = letters.length === SECRET_LETTERS + CHECK_LETTERS
  if (!isWhole || letters.slice(SECRET_LETTERS) !== checksum(secret)) {
    throw new AppError('bad-input', 'This is not a recovery phrase, or a letter of it is wrong.', {
      hint: 'It has six groups of five letters and digits. Compare it with the recovery sheet, group by group.',
    })
  }
  return grouped(letters)
}

function checksum(secret: string): string {
  const digest = createHash('sha256').update(`ocm recovery phrase 1 ${secret}`).digest()
  return [...digest.subarray(0, CHECK_LETTERS)].map(byte => LETTERS.charAt(byte & 31)).join('')
}

function grouped(letters: string): string {
  return (letters.match(new RegExp(`.{${String(GROUP_LETTERS)}}`, 'g')) ?? []).join('-')
}
