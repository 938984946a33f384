import type { PageRequest } from './page-request.js';

/** Spring Data's `Page` as serialized by Jackson. @param total elements on all pages */
export function renderPage<T>(
  content: readonly T[],
  total: number,
  { page, size, isSorted }: PageRequest & { isSorted: boolean },
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
  };
}
