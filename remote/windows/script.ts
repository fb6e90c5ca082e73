import { scriptText } from '../../shared/powershell'

/** What a look at Windows may ask for. All that is asked for at once costs one start of PowerShell. */
export const LOOK_PARTS = ['processes', 'tasks', 'ports', 'account', 'starts'] as const
/** Those that nearly every request needs. */
export const MAIN_PARTS = ['processes', 'tasks', 'ports', 'account'] as const
export type LookPart = (typeof LOOK_PARTS)[number]

/** What OpenClaw's processes and tasks have in their words: its names, or those of the launchers that it writes. */
const MEANT = String.raw`openclaw|clawdbot|moltbot|[\\/](gateway|node)\.(cmd|vbs)`

/** What every script begins with. An error of one part is told in its place, and leaves the others alone. */
const BEGINNING = `
  $ErrorActionPreference = 'Stop'
  $ProgressPreference = 'SilentlyContinue'
  $answer = @{}
  function Add-Part($name, $ask) {
    try {
      $answer[$name] = & $ask
    } catch {
      $answer[$name] = @{ error = "$($_.Exception.Message)" }
    }
  }
  # Windows counts 100 ns since 1601. Whole milliseconds since 1970: beyond, numbers of JSON are not exact.
  function Get-Milliseconds($date) {
    if (-not $date) { return $null }
    $ticks = $date.ToFileTimeUtc() - 116444736000000000
    return ($ticks - $ticks % 10000) / 10000
  }
`

/** One object goes out, in letters that are the same in every code page. */
const ENDING = String.raw`
  $text = ConvertTo-Json $answer -Depth 6 -Compress
  $escape = { param($letter) '\u{0:x4}' -f [int][char]$letter.Value }
  [Console]::Out.Write([regex]::Replace($text, '[^ -~]', $escape))
`

/** Who owns a process is asked only where it matters: each such question takes a while. */
const PROCESSES = String.raw`
  Add-Part processes {
    $runtimes = '^(node|bun|wscript|cscript|cmd)\.exe$'
    $rows = @(foreach ($process in Get-CimInstance Win32_Process) {
      $line = $process.CommandLine
      $isMeant = $line -match $meant
      $owner = $null
      if ($isMeant -or (-not $line -and $process.Name -match $runtimes)) {
        try {
          $owner = (Invoke-CimMethod -InputObject $process -MethodName GetOwnerSid).Sid
        } catch {
          # Not told, and so it may be this login's.
        }
      }
      @{
        ProcessId = $process.ProcessId
        ParentProcessId = $process.ParentProcessId
        Name = $process.Name
        ExecutablePath = $process.ExecutablePath
        CommandLine = $(if ($isMeant) { $line })
        HasCommandLine = [bool]$line
        OwnerSid = $owner
        StartedMs = Get-Milliseconds $process.CreationDate
        WorkingSetSize = $process.WorkingSetSize
        KernelModeTime = $process.KernelModeTime
        UserModeTime = $process.UserModeTime
      }
    })
    @{ rows = $rows }
  }
`

/**
 * The task scheduler's own interface, as OpenClaw uses it: unlike the cmdlets it also answers logins that are no administrators
 * and come over the network. What it does not show is told.
 */
const TASKS = String.raw`
  Add-Part tasks {
    $scheduler = New-Object -ComObject Schedule.Service
    [void]$scheduler.Connect()
    $folders = New-Object Collections.Queue
    $folders.Enqueue('\')
    $seen = 0
    $closed = @()
    $rows = @()
    while ($folders.Count -gt 0) {
      $path = $folders.Dequeue()
      try {
        $folder = $scheduler.GetFolder($path)
        foreach ($inner in $folder.GetFolders(0)) { $folders.Enqueue($inner.Path) }
        # The hidden ones too.
        $tasks = @($folder.GetTasks(1))
      } catch {
        $closed += $path
        continue
      }
      foreach ($task in $tasks) {
        $seen++
        try {
          $xml = $task.Xml
          $definition = $task.Definition
          # A property that fails is null, without an error.
          if (-not ($xml -and $definition)) { throw }
          if ("$($task.Path) $xml" -notmatch $meant) { continue }
          $actions = @(foreach ($action in $definition.Actions) {
            @{ path = "$($action.Path)"; arguments = "$($action.Arguments)" }
          })
          $rows += @{
            path = $task.Path
            state = [int]$task.State
            enabled = [bool]$task.Enabled
            user = "$($definition.Principal.UserId)"
            actions = $actions
          }
        } catch {
          $closed += "$($task.Path)"
        }
      }
    }
    @{ seen = $seen; closed = $closed; rows = $rows }
  }
`

/** Where the cmdlet fails, netstat: its words are in the system's language, its numbers are not. */
const PORTS = String.raw`
  Add-Part ports {
    try {
      $rows = @(foreach ($one in Get-NetTCPConnection -State Listen) {
        @{ port = [int]$one.LocalPort; pid = [int]$one.OwningProcess }
      })
      @{ by = 'cmdlet'; rows = $rows }
    } catch {
      $lines = @(& "$env:SystemRoot\System32\netstat.exe" -ano | Where-Object { $_ -match '^\s*TCP' })
      @{ by = 'netstat'; lines = $lines }
    }
  }
`

const ACCOUNT = `
  Add-Part account {
    @{
      documents = [Environment]::GetFolderPath('MyDocuments')
      path = [Environment]::GetEnvironmentVariable('Path', 'User')
    }
  }
`

/** What else than tasks and the Startup folder starts a program: services, whoever wraps it into one, and the registry. */
const STARTS = String.raw`
  Add-Part starts {
    $rows = @()
    $seen = 0
    foreach ($service in Get-CimInstance Win32_Service) {
      $seen++
      $line = "$($service.PathName)"
      if ($line -match 'nssm') {
        $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$($service.Name)\Parameters"
        $wrapped = Get-ItemProperty -LiteralPath $key -ErrorAction SilentlyContinue
        $line = "$line $($wrapped.Application) $($wrapped.AppParameters)"
      }
      if ($line -match $meant) { $rows += @{ where = "service $($service.Name)"; line = $line } }
    }
    foreach ($hive in 'HKCU', 'HKLM') {
      foreach ($name in 'Run', 'RunOnce') {
        $path = "$($hive):\Software\Microsoft\Windows\CurrentVersion\$name"
        $key = Get-Item -LiteralPath $path -ErrorAction SilentlyContinue
        if (-not $key) { continue }
        foreach ($entry in $key.GetValueNames()) {
          $line = "$($key.GetValue($entry))"
          if ($line -match $meant) { $rows += @{ where = "$path, $entry"; line = $line } }
        }
      }
    }
    @{ seen = $seen; rows = $rows }
  }
`

const TEXTS: Readonly<Record<LookPart, string>> = {
  processes: PROCESSES,
  tasks: TASKS,
  ports: PORTS,
  account: ACCOUNT,
  starts: STARTS,
}

/** The script that answers these parts; see {@link import('./look').WindowsLook}. */
export function lookScript(parts: readonly LookPart[]): string {
  const wanted = LOOK_PARTS.filter(part => parts.includes(part))
  const login = `
    $meant = '${MEANT}'
    $answer.self = $PID
    $answer.sid = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
  `
  const body = [BEGINNING, login, ...wanted.map(part => TEXTS[part]), ENDING]
  return scriptText(`look ${wanted.join(' ')}`, body.join('\n'))
}

/**
 * The script that ends a process, if it still is the one that started then. It is held while its start is compared, so that its
 * number cannot be given to another one meanwhile; a list without the asking process is none. PowerShell makes null of a
 * property that fails, as all of a process do that this account may not touch: so they are called as the methods they are.
 */
export function endScript(pid: number, startedMs: number): string {
  const end = `
    try {
      $all = [Diagnostics.Process]::GetProcesses()
      if (-not ($all | Where-Object { $_.Id -eq $PID })) { throw 'The list lacks the process that asks.' }
      $process = $all | Where-Object { $_.Id -eq ${pid} }
      if (-not $process) {
        $answer.end = 'gone'
      } else {
        # From here on nobody else can get its number.
        [void]$process.get_Handle()
        $difference = (Get-Milliseconds $process.get_StartTime()) - ${startedMs}
        if ([Math]::Abs($difference) -gt 1) {
          $answer.end = 'other'
        } elseif ($process.get_HasExited()) {
          $answer.end = 'gone'
        } else {
          $process.Kill()
          if (-not $process.WaitForExit(5000)) { throw 'It did not end.' }
          $answer.end = 'ended'
        }
      }
    } catch {
      $answer.error = "$($_.Exception.Message)"
      # So says one that ended meanwhile; what is denied has another.
      if ($_.Exception.InnerException -is [InvalidOperationException]) { $answer.end = 'gone' }
    }
  `
  return scriptText(`end ${pid} ${startedMs}`, [BEGINNING, end, ENDING].join('\n'))
}
