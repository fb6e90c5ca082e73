/**
 * `Look $path` says `present`, `absent` or `unknown` of a path, links as they are. Absent is only what a folder that may be
 * listed does not have; anything that goes wrong is unknown. Throws when what must be there is not, or the other way.
 *
 * Windows says of a path too long for it that it is not there, and of a name that ends with a dot what is true of the one
 * without: so the list itself is read, and long paths are asked for in the form that has no limit.
 */
export const LOOK_AT_PATHS = `
  function Look($path) {
    try {
      $whole = $path.Replace('/', '\\')
      if ($whole.Length -ge 240 -and $whole[1] -eq ':') { $whole = '\\\\?\\' + $whole }
      [void][IO.File]::GetAttributes($whole)
      return 'present'
    } catch {
      $why = $_.Exception
      if ($why.InnerException) { $why = $why.InnerException }
      $isMissing = $why -is [IO.FileNotFoundException] -or $why -is [IO.DirectoryNotFoundException]
      if (-not $isMissing) { return 'unknown' }
    }
    $folder = [IO.Path]::GetDirectoryName($whole)
    if (-not $folder) { return 'unknown' }
    $there = Look $folder
    if ($there -ne 'present') { return $there }
    $name = [IO.Path]::GetFileName($whole)
    try {
      foreach ($entry in [IO.Directory]::EnumerateFileSystemEntries($folder)) {
        if ([IO.Path]::GetFileName($entry) -eq $name) { return 'unknown' }
      }
      return 'absent'
    } catch {
      return 'unknown'
    }
  }
  $madeUp = $env:SystemRoot + '/ocm-' + [guid]::NewGuid()
  if ((Look $env:SystemRoot) -ne 'present' -or (Look $madeUp) -ne 'absent') {
    throw 'This machine does not tell what is there.'
  }
`

/**
 * `Get-Tasks` returns all scheduled tasks, each with name (folder and name), state (as its number), enabled, restart (a span)
 * and actions (lines). Throws where there is none at all, which no Windows has: then they are kept from this login.
 *
 * The cmdlet refuses some logins that are no administrators; the scheduler's own interface tells them what they may see. A
 * folder that stays closed hides what is in it, but for those of Windows itself, where nobody else puts tasks. What a property
 * of a task cannot tell is null: PowerShell lets no error of one through.
 */
export const ALL_TASKS = `
  function Get-TasksByInterface {
    $scheduler = New-Object -ComObject Schedule.Service
    [void]$scheduler.Connect()
    $folders = New-Object Collections.Queue
    $folders.Enqueue('\\')
    while ($folders.Count -gt 0) {
      $path = $folders.Dequeue()
      try {
        $folder = $scheduler.GetFolder($path)
        foreach ($inner in $folder.GetFolders(0)) { $folders.Enqueue($inner.Path) }
        $tasks = @($folder.GetTasks(1))
      } catch {
        if ($path -like '\\Microsoft\\*') { continue }
        throw
      }
      foreach ($task in $tasks) {
        if (-not $task.Definition) { throw "What $($task.Path) does is not told." }
        $actions = @(foreach ($action in $task.Definition.Actions) { "$($action.Path) $($action.Arguments)" })
        $restart = "$($task.Definition.Settings.RestartInterval)"
        @{ name = $task.Path; state = [int]$task.State; enabled = [bool]$task.Enabled; restart = $restart; actions = $actions }
      }
    }
  }
  function Get-Tasks {
    $all = @()
    try {
      $all = @(Get-ScheduledTask | ForEach-Object {
        $actions = @(foreach ($action in $_.Actions) { "$($action.Execute) $($action.Arguments)" })
        $settings = $_.Settings
        $restart = "$($settings.RestartInterval)"
        @{ name = $_.TaskPath + $_.TaskName; state = [int]$_.State; enabled = [bool]$settings.Enabled; restart = $restart; actions = $actions }
      })
    } catch {
      # Asked otherwise.
    }
    if ($all.Count -eq 0) { $all = @(Get-TasksByInterface) }
    if ($all.Count -eq 0) { throw 'The task scheduler names no task at all.' }
    return $all
  }
`
