import { AppError } from '../shared/errors'
import { display, joinBytes, keyOf, statOf, type PathBytes, type Root } from './paths'

/**
 * Looks at every folder between a root and a file before it is touched: none may be a link, so nothing leaves the root.
 * Folders once seen are remembered for the time of one request.
 */
export class PathGuard {
  private readonly seen = new Set<string>()

  /** The absolute path of a file under a root. @throws AppError `guard-refused` when a link is on the way. */
  pathOf(root: Root, rel: PathBytes): PathBytes {
    for (let slash = rel.indexOf('/'); slash !== -1; slash = rel.indexOf('/', slash + 1)) {
      if (!this.isFolder(joinBytes(root.path, rel.subarray(0, slash)))) break
    }
    return joinBytes(root.path, rel)
  }

  private isFolder(folder: PathBytes): boolean {
    const key = keyOf(folder)
    if (this.seen.has(key)) return true
    const stats = statOf(folder)
    if (stats?.isSymbolicLink() === true) {
      throw new AppError('guard-refused', `${display(folder.toString())} is a link; OCM does not go through links.`)
    }
    if (stats?.isDirectory() !== true) return false
    this.seen.add(key)
    return true
  }
}
