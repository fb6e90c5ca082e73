import { Bytes } from '../../components/facts'
import { counted } from '../../lib/format'
import type { Size } from '../../../shared/survey'

/** "3 files, 1.2 MB". */
export function SizeText({ size }: { readonly size: Size }) {
  return (
    <>
      {counted(size.files, 'file')}, <Bytes count={size.bytes} />
    </>
  )
}
