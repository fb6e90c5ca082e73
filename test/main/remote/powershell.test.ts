import { expect, test } from 'vitest'
import { commandScript, markOf, plainText, powershellLine, quoted, scriptLine } from '../../../main/remote/powershell'
import { WINDOWS_LOCATOR } from '../../../main/remote/locator-scripts'
import { windowsQuestions } from '../../../main/remote/witness-windows-scripts'
import { wordsIn } from '../../helpers/windows-powershell'

const RUN = '0f3a6c1e-0000-4000-8000-000000000001'

const scriptIn = (line: string): string => Buffer.from(line.split(' ').at(-1) ?? '', 'base64').toString('utf16le')

test('words reach a program as they are: spaces, quotes of all kinds, dollars, backticks, umlauts', () => {
  const words = [
    'C:/Program Files/nodejs/node.exe',
    "it's ‘odd’",
    '$env:PATH',
    '`whoami`',
    'größe',
    '@(1)',
    '--x',
    '',
    '%PATH%',
    ';',
  ]
  const script = scriptIn(scriptLine(commandScript(words, RUN)))
  expect(wordsIn(script)).toEqual(words)
  expect(wordsIn(scriptIn(scriptLine(commandScript(['x', 'say "hi" \\"'], RUN))))).toEqual(['x', 'say "hi" \\"'])
  expect(quoted("'\u2019")).toBe("'''\u2019\u2019'")
  expect(() => commandScript(['x', 'C:\\my folder\\'], RUN)).toThrow(/backslash/)
  expect(() => commandScript(['x', 'a\0b'], RUN)).toThrow(/control/)
})

test('words that PowerShell would split or keep for itself are refused: spaces that look quoted, and --%', () => {
  for (const word of ['--%', 'a"b c"d', '"b c', '"a b""c d"']) {
    expect(() => commandScript(['x', word], RUN), word).toThrow(/cannot hand on/)
  }
  expect(() => commandScript(['x', 'a "b c" d', '"', 'x--%'], RUN)).not.toThrow()
})

test('a program that complains runs on to its own end, also where PowerShell reads its complaints', () => {
  const { text } = commandScript(['npm', 'uninstall'], RUN)
  expect(text).toMatch(/^\$ErrorActionPreference = 'Continue'\n& 'npm' 'uninstall'\nexit \$LASTEXITCODE$/)
})

test('absent is what the list of its folder does not have, whatever Windows says of a path too long for it', () => {
  const { text } = { text: '', ...windowsQuestions({ paths: ['C:/x'] })[0] }
  expect(text).toMatch(/Length -ge 240[^\n]*'\\\\\?\\'/)
  expect(text).toMatch(
    /foreach \(\$entry in \[IO\.Directory\]::EnumerateFileSystemEntries[^}]*return 'unknown' }\s+}\s+return 'absent'/,
  )
})

test('an entry of the PATH that is no path is passed over, and hides none of the others', () => {
  const { text = '' } = windowsQuestions({}).find(({ purpose }) => purpose === 'witness-commands') ?? {}
  const pattern = new RegExp(/\$folder -notmatch '([^']+)'/.exec(text)?.[1] ?? '$^', 'i')
  expect(['C:\\x', 'c:/x', '\\\\server\\x'].map(path => pattern.test(path))).toEqual([true, true, true])
  expect(['', '.', 'x\\y', 'C:\\a"b', 'C:\\a|b'].map(path => pattern.test(path))).toEqual(Array(5).fill(false))
})

test('profiles in UTF-16 are read too', () => {
  const { text = '' } = windowsQuestions({}).find(({ purpose }) => purpose === 'witness-shells') ?? {}
  expect(text).toMatch(
    /\$bytes\[0\] -eq 255 -and \$bytes\[1\] -eq 254\) \{ \$text = \$text\.Substring\(2\) -replace '\\x00' }/,
  )
})

test('a task whose actions cannot be told makes the tasks unknown: an error of a property is null in PowerShell', () => {
  const { text = '' } = windowsQuestions({}).find(({ purpose }) => purpose === 'witness-tasks') ?? {}
  expect(text).toMatch(/if \(-not \$task\.Definition\) \{ throw/)
})

test('where Node.js was found is told in UTF-8, whatever the code page of the machine', () => {
  expect(WINDOWS_LOCATOR).toContain('[Text.Encoding]::UTF8.GetBytes')
  expect(WINDOWS_LOCATOR).not.toContain('[Console]::Out.')
})

test('the line has nothing in it that a shell would touch, and each command is found again by its run', () => {
  const line = scriptLine(commandScript(['schtasks', '/End', '/TN', '\\OpenClaw Gateway'], RUN))
  expect(line).toMatch(/^powershell -NoProfile -NonInteractive -EncodedCommand [A-Za-z0-9+/]+=*$/)
  expect(line).toContain(markOf(RUN))
  expect(line).not.toContain(markOf(RUN.replace('0f3a', '0f3b')))
  expect(scriptIn(line)).toMatch(/^# ocm:run 0f3a6c1e/)
  expect(() => scriptLine({ purpose: 'x', text: 'y'.repeat(3000) })).toThrow(/too long/)
})

test('every question of the witness fits into one command line', () => {
  const paths = Array.from({ length: 450 }, (_one, index) => `C:/Users/ada/${'long name '.repeat(20)}${index}`)
  const questions = windowsQuestions({ paths, ports: [18789], tasks: ['\\OpenClaw Gateway'] })
  expect(questions.filter(({ purpose }) => purpose === 'witness-paths')).toHaveLength(3)
  for (const question of questions) expect(scriptLine(question).length).toBeLessThan(8000)
})

test('tasks are asked of the scheduler itself where the cmdlet refuses, and none at all is no answer', () => {
  const { text = '' } = windowsQuestions({}).find(({ purpose }) => purpose === 'witness-tasks') ?? {}
  expect(text).toMatch(/Get-ScheduledTask[\s\S]*catch[\s\S]*Count -eq 0[\s\S]*Get-TasksByInterface/)
  expect(text).toMatch(/Schedule\.Service\s+\[void\]\$scheduler\.Connect\(\)/)
  expect(text).toMatch(/Count -eq 0\) \{ throw/)
})

test('what PowerShell writes as XML is told in its words', () => {
  const error = `#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="x"><S S="Error">The term 'x' is not &lt;known&gt;._x000D__x000A_</S></Objs>`
  expect(plainText(error)).toBe("The term 'x' is not <known>.\r\n")
  expect(plainText('ERROR: Access is denied.\r\n')).toBe('ERROR: Access is denied.\r\n')
  const lines = [
    'schtasks.exe : FEHLER: Zugriff verweigert',
    'In Zeile:12 Zeichen:1',
    "+ &amp; 'schtasks' '/End'",
    '+ ~~~~~~~~~~~~~~~~~',
    '    + CategoryInfo          : NotSpecified: (FEHLER: Zugriff verweigert:String) [], RemoteException',
    '    + FullyQualifiedErrorId : NativeCommandError',
    ' ',
  ].map(line => `<S S="Error">${line}_x000D__x000A_</S>`)
  expect(plainText(`#< CLIXML\r\n<Objs>${lines.join('')}</Objs>`)).toBe('schtasks.exe : FEHLER: Zugriff verweigert\n')
})

test('a person gets lines to type', () => {
  expect(powershellLine(['schtasks', '/Delete', '/TN', '\\OpenClaw Gateway'])).toBe(
    "schtasks /Delete /TN '\\OpenClaw Gateway'",
  )
  expect(powershellLine(['C:\\Program Files\\x.exe', 'y'])).toBe("& 'C:\\Program Files\\x.exe' y")
})
