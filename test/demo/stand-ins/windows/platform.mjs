// Goes before OCM's program on a machine that stands for Windows: Node's modules as they are there, over a plain folder.
// `C:\x` is `<base>/C/x`; paths come back with backslashes, and a file that is listed as held open cannot go.
;(() => {
  const base = process.env.OCM_WINDOWS_BASE
  const real = require
  const [fs, path, os, child, sqlite] = ['fs', 'path', 'os', 'child_process', 'sqlite'].map(name =>
    real(`node:${name}`),
  )
  const isDrive = text => /^[A-Za-z]:($|[\\/])/.test(text)
  const inside = text => `${base}/${text[0].toUpperCase()}${text.slice(2).replaceAll('\\', '/')}`
  const down = value => {
    if (Buffer.isBuffer(value))
      return isDrive(value.toString('latin1')) ? Buffer.from(inside(value.toString('latin1')), 'latin1') : value
    return typeof value === 'string' && isDrive(value) ? inside(value) : value
  }
  const up = text => {
    const [, drive, rest] = new RegExp(`^${base}/([A-Z])(/.*)?$`).exec(text) ?? []
    return drive === undefined ? text : `${drive}:${(rest ?? '\\').replaceAll('/', '\\')}`
  }
  const upValue = value => {
    if (Buffer.isBuffer(value)) return Buffer.from(up(value.toString('latin1')), 'latin1')
    return typeof value === 'string' ? up(value) : value
  }
  const held = () =>
    fs.existsSync(`${base}/held`) ? fs.readFileSync(`${base}/held`, 'utf8').split('\n').filter(Boolean) : []
  const busy = (call, named, at) => {
    if (!held().some(file => file === at || (call !== 'unlink' && file.startsWith(`${at}/`)))) return
    throw Object.assign(new Error(`EBUSY: resource busy or locked, ${call} '${named}'`), {
      code: 'EBUSY',
      errno: -4082,
      syscall: call,
      path: String(named),
    })
  }
  const TWO = /^(copyFile|cp|link|rename|symlink)(Sync)?$/
  const UP = /^(realpath|readlink|mkdtemp)(Sync)?$/
  const GOING = /^(unlink|rm|rmdir|rename)(Sync)?$/
  const STAT = /^(stat|lstat|fstat)(Sync)?$/
  // Windows has neither owners as numbers nor rights as bits.
  const plain = stats => {
    if (stats === undefined || stats === null || typeof stats.isFile !== 'function') return stats
    const zero = typeof stats.mode === 'bigint' ? 0n : 0
    const bits = stats.isDirectory() ? 0o40666 : stats.isSymbolicLink() ? 0o120666 : 0o100666
    return Object.assign(stats, { uid: zero, gid: zero, mode: typeof stats.mode === 'bigint' ? BigInt(bits) : bits })
  }
  const after = (name, value) => {
    const result = UP.test(name) ? upValue(value) : STAT.test(name) ? plain(value) : value
    const entries = Array.isArray(result) ? result : []
    for (const entry of entries) if (typeof entry?.parentPath === 'string') entry.parentPath = up(entry.parentPath)
    return result
  }
  const wrap = (name, call, owner) => {
    const wrapped = (...words) => {
      const given = words[0]
      words[0] = down(words[0])
      if (TWO.test(name)) words[1] = down(words[1])
      if (GOING.test(name)) busy(name.replace('Sync', ''), given, String(words[0]))
      const last = words.at(-1)
      if (typeof last === 'function' && words.length > 1) {
        words[words.length - 1] = (error, value, ...rest) => last(error, after(name, value), ...rest)
        return call.apply(owner, words)
      }
      const result = call.apply(owner, words)
      return typeof result?.then === 'function' ? result.then(value => after(name, value)) : after(name, result)
    }
    if (typeof call.native === 'function') wrapped.native = wrap(name, call.native, owner)
    return wrapped
  }
  const wrapped = owner =>
    Object.fromEntries(
      Object.entries(Object.getOwnPropertyDescriptors(owner)).map(([name, { value }]) => [
        name,
        typeof value === 'function' && /^[a-z]/.test(name)
          ? /^promises$/.test(name)
            ? value
            : asPromised(owner, name, value)
          : (value ?? owner[name]),
      ]),
    )
  const asPromised = (owner, name, value) => {
    const call = wrap(name, value, owner)
    // What throws at once does so as a promise where one is promised.
    return owner === fs.promises ? async (...words) => call(...words) : call
  }
  const promises = wrapped(fs.promises)
  const windowsFs = { ...wrapped(fs), promises }
  const windowsPath = { ...path.win32, posix: path.posix, win32: path.win32 }
  windowsPath.default = windowsPath
  const home = 'C:\\Users\\ada'
  const windowsOs = {
    ...os,
    EOL: '\r\n',
    homedir: () => home,
    tmpdir: () => `${home}\\AppData\\Local\\Temp`,
    platform: () => 'win32',
    type: () => 'Windows_NT',
    release: () => '10.0.26200',
    version: () => 'Windows 11 Pro',
    hostname: () => 'WINBOX',
    userInfo: () => ({ uid: -1, gid: -1, username: 'ada', homedir: home, shell: null }),
  }
  const program = name => (/(^|[\\/])powershell(\.exe)?$/i.test(name) ? `${base}/bin/powershell` : down(name))
  const windowsChild = { ...child }
  for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync'])
    windowsChild[name] = (file, ...rest) => child[name](program(file), ...rest)
  class Database extends sqlite.DatabaseSync {
    constructor(at, ...rest) {
      super(down(at), ...rest)
    }
  }
  const windowsSqlite = {
    ...sqlite,
    DatabaseSync: Database,
    backup: (from, to, ...rest) => sqlite.backup(from, down(to), ...rest),
  }
  const modules = {
    fs: windowsFs,
    'fs/promises': promises,
    path: windowsPath,
    os: windowsOs,
    child_process: windowsChild,
    sqlite: windowsSqlite,
  }
  const load = name => modules[name.replace(/^node:/, '')]
  require = Object.assign(name => load(name) ?? real(name), real)
  const builtin = process.getBuiltinModule.bind(process)
  process.getBuiltinModule = name => load(name) ?? builtin(name)
  for (const name of ['getuid', 'geteuid', 'getgid', 'getegid', 'getgroups']) process[name] = undefined
  Object.defineProperty(process, 'platform', { value: 'win32' })
  Object.defineProperty(process, 'execPath', { value: 'C:\\Program Files\\nodejs\\node.exe' })
})()
