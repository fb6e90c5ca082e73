import type { Script } from './powershell'
import { ALL_TASKS, LOOK_AT_PATHS } from './powershell-looks'
import type { Questions } from './testimony'

/** A look at so many paths at once. */
const PATHS_AT_ONCE = 200

const FACTS = `
  function Tell { Say ((@('ocm-fact') + $args) -join $tab) }
  $family = 'openclaw|clawdbot|moltbot'
`

/** As OCM writes paths. */
const SLASHES = `
  function Slashed($path) {
    $plain = $path.Replace('\\', '/')
    return $plain.Substring(0, 1).ToUpper() + $plain.Substring(1)
  }
`

const PATHS = `
  ${FACTS}
  ${LOOK_AT_PATHS}
  if ([Environment]::OSVersion.Platform -eq 'Win32NT') { Tell system Windows }
  $number = $asked.first
  foreach ($path in $asked.paths) {
    Tell path $number (Look $path)
    $number++
  }
`

/** Without the cmdlet, or where it fails, netstat: who listens has nobody at the other end, whatever the state is called. */
const PORTS = `
  ${FACTS}
  $taken = @()
  try {
    $taken = @(Get-NetTCPConnection -State Listen | ForEach-Object { [int]$_.LocalPort })
  } catch {
    # Told by what netstat says.
  }
  if ($taken.Count -eq 0) {
    $netstat = $env:SystemRoot + '\\System32\\netstat.exe'
    foreach ($row in @(& $netstat -ano)) {
      if ($row -match '^\\s*TCP\\s+\\S+:(\\d+)\\s+(0\\.0\\.0\\.0|\\[::\\]):0\\s') { $taken += [int]$Matches[1] }
    }
  }
  if ($taken.Count -eq 0) { throw 'No port at all is listened on, not even that of this connection.' }
  $number = $asked.first
  foreach ($port in $asked.ports) {
    $word = 'free'
    if ($taken -contains $port) { $word = 'taken' }
    Tell port $number $word
    $number++
  }
`

/**
 * A list that does not show this very PowerShell with its words shows nothing; and a program that could be OpenClaw's, whose
 * words may not be read and whose owner is the login or not told, makes it incomplete. Owner -1 is the login, -2 another.
 */
const PROCESSES = `
  ${FACTS}
  $login = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
  $runtimes = @('node.exe', 'bun.exe', 'wscript.exe', 'cscript.exe', 'cmd.exe')
  $isSelfSeen = $false
  $hidden = 0
  $count = 0
  foreach ($process in @(Get-CimInstance Win32_Process)) {
    $words = $process.CommandLine
    if ($process.ProcessId -eq $PID) {
      if ($words) { $isSelfSeen = $true }
      continue
    }
    if ($words -and $words -notmatch $family) { continue }
    if (-not $words -and $runtimes -notcontains $process.Name) { continue }
    $owner = ''
    try {
      $answer = Invoke-CimMethod -InputObject $process -MethodName GetOwnerSid
      if ($answer.ReturnValue -eq 0) { $owner = '-2' }
      if ($answer.ReturnValue -eq 0 -and $answer.Sid -eq $login) { $owner = '-1' }
    } catch {
      # Not told: it may be the login's.
    }
    if ($words) {
      $count++
      Tell process $process.ProcessId ($words -replace '[\\t\\r\\n]', ' ') $owner ''
    } elseif ($owner -ne '-2') {
      $hidden++
    }
  }
  Tell words windows
  if ($isSelfSeen -and $hidden -eq 0 -and $count -le 500) { Tell processes complete }
`

/** The state as its number, since its name is in the language of the machine. */
const TASKS = `
  ${FACTS}
  ${ALL_TASKS}
  $launcher = "($family)[^\\\\/]*[\\\\/](gateway|node)\\.(vbs|cmd)"
  foreach ($task in @(Get-Tasks)) {
    $lines = @(foreach ($action in $task.actions) { $action.Trim() -replace '[\\t\\r\\n]', ' ' })
    $isOwn = $task.name -match "\\\\($family) (gateway|node)[^\\\\]*$" -or ($lines -join ' ') -match $launcher
    if ($isOwn -or $asked.tasks -contains $task.name) {
      Tell task $task.name $task.state ([int]$task.enabled)
      continue
    }
    foreach ($line in $lines) {
      if ($line -match $family) { Tell schedule-line $task.name $line }
    }
  }
  Tell tasks complete
  Tell schedule complete
`

const STARTUP = `
  ${FACTS}
  ${SLASHES}
  if (-not $env:APPDATA) { throw 'The folder Startup is not known.' }
  $usual = $env:APPDATA + '\\Microsoft\\Windows\\Start Menu\\Programs\\Startup'
  $folders = @([Environment]::GetFolderPath('Startup'), [Environment]::GetFolderPath('CommonStartup'), $usual)
  foreach ($folder in @($folders | Where-Object { $_ } | Select-Object -Unique)) {
    if (-not [IO.Directory]::Exists($folder)) { continue }
    try {
      foreach ($file in [IO.Directory]::GetFiles($folder)) {
        if ([IO.Path]::GetFileName($file) -match $family) { Tell unit (Slashed $file) }
      }
    } catch {
      Tell unit-folder (Slashed $folder) unknown
    }
  }
  Tell startup complete
`

/** Lines go up byte by byte, as they are in their file; those of a file in UTF-16 without the zeros between their letters. */
const SHELLS = `
  ${FACTS}
  ${SLASHES}
  $bytewise = [Text.Encoding]::GetEncoding(28591)
  $userFolder = [Environment]::GetFolderPath('UserProfile')
  $documents = @([Environment]::GetFolderPath('MyDocuments'), ($userFolder + '\\Documents'), ($userFolder + '\\OneDrive\\Documents'))
  $files = @()
  foreach ($folder in @($documents | Where-Object { $_ } | Select-Object -Unique)) {
    foreach ($shell in '\\WindowsPowerShell\\', '\\PowerShell\\') {
      foreach ($name in 'profile.ps1', 'Microsoft.PowerShell_profile.ps1', 'Microsoft.VSCode_profile.ps1') {
        $files += $folder + $shell + $name
      }
    }
  }
  foreach ($name in '.bashrc', '.bash_profile', '.bash_login', '.profile', '.zshrc') { $files += $userFolder + '\\' + $name }
  foreach ($file in $files) {
    if (-not [IO.File]::Exists($file)) { continue }
    try {
      $bytes = [IO.File]::ReadAllBytes($file)
    } catch {
      Tell shell-file (Slashed $file) unknown
      continue
    }
    $text = $bytewise.GetString($bytes)
    if ($bytes.Length -ge 2 -and $bytes[0] -eq 255 -and $bytes[1] -eq 254) { $text = $text.Substring(2) -replace '\\x00' }
    foreach ($line in $text.Split($feed)) {
      if ($line -notmatch $family) { continue }
      Write-Bytes ([Text.Encoding]::UTF8.GetBytes((@('ocm-fact', 'shell-line', (Slashed $file), '') -join $tab)))
      Write-Bytes ($bytewise.GetBytes($line + $feed))
    }
  }
  Tell shell-files complete
`

const COMMANDS = `
  ${FACTS}
  ${SLASHES}
  $folders = @()
  foreach ($scope in 'Machine', 'User', 'Process') {
    $folders += ("$([Environment]::GetEnvironmentVariable('Path', $scope))").Split(';')
  }
  $userFolder = [Environment]::GetFolderPath('UserProfile')
  $folders += ($env:APPDATA + '\\npm'), ($env:LOCALAPPDATA + '\\pnpm')
  $folders += ($userFolder + '\\.bun\\bin'), ($userFolder + '\\.local\\bin'), ($userFolder + '\\.openclaw\\bin')
  foreach ($entry in @($folders | Select-Object -Unique)) {
    $folder = [Environment]::ExpandEnvironmentVariables($entry.Trim().Trim('"')).TrimEnd('\\', '/')
    if ($folder -notmatch '^([A-Z]:|[\\\\/])[^"<>|]*$') { continue }
    foreach ($name in 'openclaw', 'clawdbot', 'moltbot') {
      foreach ($ending in '', '.cmd', '.ps1', '.exe', '.bat') {
        $file = $folder + '\\' + $name + $ending
        if ([IO.File]::Exists($file)) { Tell found (Slashed $file) }
      }
    }
  }
  $plain = @(Get-Command openclaw -CommandType @('Application', 'ExternalScript') -ErrorAction SilentlyContinue)
  if ($plain.Count -gt 0) { Tell command plain (Slashed $plain[0].Source) }
  Tell commands complete
`

/** Each of one purpose, short enough for one command line; what is asked about goes up as data. The first says what it is. */
export function windowsQuestions({ paths = [], ports = [], tasks = [] }: Questions): readonly Script[] {
  const chunks = Array.from({ length: Math.max(1, Math.ceil(paths.length / PATHS_AT_ONCE)) }, (_one, index) => index)
  const looks = chunks.map(index => {
    const first = index * PATHS_AT_ONCE
    return {
      text: PATHS,
      purpose: 'witness-paths',
      data: { first: first + 1, paths: paths.slice(first, first + PATHS_AT_ONCE) },
    }
  })
  return [
    ...looks,
    { purpose: 'witness-ports', text: PORTS, data: { first: paths.length + 1, ports } },
    { purpose: 'witness-processes', text: PROCESSES },
    { purpose: 'witness-tasks', text: TASKS, data: { tasks } },
    { purpose: 'witness-startup', text: STARTUP },
    { purpose: 'witness-shells', text: SHELLS },
    { purpose: 'witness-commands', text: COMMANDS },
  ].map(question => ({ ...question, text: `${question.text}\nTell answered ${question.purpose}` }))
}
