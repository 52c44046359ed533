import { Injectable, NotFoundException, type PipeTransform } from '@nestjs/common';

/** For parameters of a path: no name has control characters, which PostgreSQL refuses and terminals obey. Nothing is found under such a one. */
@Injectable()
export class PathTextPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    if (!/\p{Cc}/u.test(text)) return text;
    throw new NotFoundException(
      `Expected a name without control characters, received ${JSON.stringify(text)}.`,
    );
  }
}
