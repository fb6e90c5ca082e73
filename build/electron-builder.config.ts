import type { Configuration } from 'electron-builder'

/**
 * A deb package has to name a page and a maintainer. Built in a workflow it is the page of the repository that was built;
 * elsewhere a name of `.invalid`, which can be nobody's.
 */
const { GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY } = process.env
const homepage = GITHUB_REPOSITORY === undefined ? 'https://ocm.invalid/' : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`

/**
 * What becomes an installer. Used by `build/dist.ts`. The package holds the bundles, ssh2 and keytar with
 * what they need at run time, and nothing else: no sources, no tests, no source maps.
 */
const config: Configuration = {
  appId: 'dev.openclaw-manager.ocm',
  productName: 'OCM',
  copyright: 'MIT licence',
  extraMetadata: { homepage },
  directories: { output: 'dist', buildResources: 'out/icons' },
  files: [
    'package.json',
    'out/main/**/*',
    'out/preload/**/*',
    'out/renderer/**/*',
    'out/icons/icon.png',
    'out/icons/tray*.{png,ico}',
    '!**/*.map',
    // The closure of ssh2 and keytar at run time. keytar also names what only `npm install` needs of it.
    '!**/node_modules/!(asn1|bcrypt-pbkdf|cpu-features|keytar|safer-buffer|ssh2|tweetnacl)/**',
    // Of those, not what they are built from or tested with.
    '!**/node_modules/{keytar,cpu-features}/{src,deps,binding.gyp,buildcheck.js,buildcheck.gypi}{,/**}',
    '!**/node_modules/ssh2/{util,examples,test,.github,install.js,SFTP.md}{,/**}',
    '!**/node_modules/safer-buffer/tests.js',
    // Not its native crypto, which can abort the whole app: see DESIGN.md.
    '!**/node_modules/ssh2/lib/protocol/crypto/{src,build,binding.gyp}{,/**}',
    // Of a native build only the result.
    '!**/node_modules/**/build/{Makefile,*.mk,*.Makefile,config.gypi,gyp-mac-tool}',
    '!**/node_modules/**/build/Release/{obj.target,.deps,obj}{,/**}',
    '!**/*.{ts,cts,mts,tsbuildinfo,gyp,gypi,c,cc,cpp,h,o}',
    '!**/{.github,.travis.yml,.eslintrc*,.eslintignore,tsconfig*.json}{,/**}',
  ],
  // Only native modules lie outside the archive, not the whole packages around them.
  asar: { smartUnpack: false },
  asarUnpack: ['**/*.node'],
  npmRebuild: true,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },
  win: { icon: 'out/icons/icon.ico', target: [{ target: 'nsis', arch: ['x64', 'arm64'] }] },
  nsis: { oneClick: true, perMachine: false, deleteAppDataOnUninstall: false },
  mac: {
    icon: 'out/icons/icon.icns',
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    entitlements: 'build/entitlements.mac.plist',
    entitlementsInherit: 'build/entitlements.mac.plist',
    target: [
      { target: 'dmg', arch: ['universal'] },
      { target: 'zip', arch: ['universal'] },
    ],
  },
  linux: {
    icon: 'out/icons/linux',
    category: 'Utility',
    executableName: 'ocm',
    maintainer: 'The OCM authors <nobody@ocm.invalid>',
    target: ['AppImage', 'deb'],
  },
  // keytar talks to the Secret Service through it.
  deb: { depends: ['libsecret-1-0', 'libgtk-3-0', 'libnotify4', 'libnss3', 'libxss1', 'libxtst6', 'xdg-utils'] },
  publish: null,
}

export default config
