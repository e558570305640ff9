import { filesRoutes } from '../../shared/files/contract.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { FileService } from './files.service.ts';

/** The REST edge of files. */
export function bindRoutes(files: FileService): BoundRoute[] {
  return [
    route(filesRoutes.content, async ({ params, query, res }) => {
      const { bytes, mimeType, sha256 } = await files.read(params.fileId, query.key);
      // A file never changes, and its address is known to those only who were shown it.
      res
        .set('cache-control', 'private, max-age=31536000, immutable')
        .set('content-type', mimeType)
        .set('x-content-type-options', 'nosniff')
        .set('content-disposition', 'inline')
        .set('etag', `"${sha256}"`)
        .send(Buffer.from(bytes));
      return null;
    }),
  ];
}
