import type { AnswerFields } from './documented-fields.js';
import type { PageRequest } from './page-request.js';

/**
 * Spring Data's `Page` as serialized by Jackson, with the object `page` that newer servers send instead.
 * @param total elements on all pages
 * @param fields `documented`: without that object, which strict models of `Page` do not know
 */
export function renderPage<T>(
  content: readonly T[],
  total: number,
  { page, size, isSorted }: PageRequest & { isSorted: boolean },
  fields: AnswerFields,
) {
  const sort = { sorted: isSorted, unsorted: !isSorted, empty: !isSorted };
  const totalPages = Math.ceil(total / size);
  return {
    content,
    pageable: { sort, offset: page * size, pageNumber: page, pageSize: size, paged: true, unpaged: false },
    last: page + 1 >= totalPages,
    totalPages,
    totalElements: total,
    numberOfElements: content.length,
    first: page === 0,
    number: page,
    size,
    sort,
    empty: content.length === 0,
    ...(fields === 'all' && { page: { size, number: page, totalElements: total, totalPages } }),
  };
}
