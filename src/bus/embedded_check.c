// Is data.mdb whole? LMDB maps the file and follows its page numbers without asking, so a damaged
// first page or a file that was cut short would end in a signal and not in an error. What LMDB does
// not check is checked here, before it is let near the file.
//
// The part of LMDB's own format that this reads (version 1, 64 bits, little-endian). A file is
// pages; pages 0 and 1 are meta pages, of which the one with the higher transaction number counts:
//
//    0  u64  number of this page
//    8  u16  0
//   10  u16  kind of page: branch 1, leaf 2, overflow 4, meta 8
//   12  u32  free space in the page
//   16  u32  0xBEEFC0DE
//   20  u32  1, the version
//   24  u64  address of the map, 0
//   32  u64  size of the map
//   40       the database of free pages, then that of names; 48 bytes each:
//              u32 bytes of a page (in the first; 0), u16 flags, u16 depth,
//              u64 branch pages, u64 leaf pages, u64 overflow pages, u64 entries,
//              u64 root page, or all ones when the database is empty
//  136  u64  the last page in use
//  144  u64  number of the transaction that wrote this page; even in page 0, odd in page 1
#include "bus/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    META_BYTES = 152,
    PAGE_BYTES_MAX = 65536,
    PAGE_HEADER_BYTES = 16,
    DEPTH_MAX = 32, // of LMDB's cursors
    READ_AGAIN_MAX = 1000,
};

struct tree {
    uint32_t page_bytes;
    uint16_t flags, depth;
    uint64_t branch_pages, leaf_pages, overflow_pages, entries, root;
};

struct meta {
    uint64_t page_number;
    uint16_t pad, kind;
    uint32_t space;
    uint32_t magic, version;
    uint64_t address, map_bytes;
    struct tree free, names;
    uint64_t last_page, txn_id;
};

_Static_assert(sizeof(struct tree) == 48 && sizeof(struct meta) == META_BYTES, "as in the file");

enum { KIND_BRANCH = 1, KIND_LEAF = 2, KIND_META = 8, FLAG_INTEGER_KEY = 8 };

static bool pread_all(int fd, void *data, size_t bytes, uint64_t at)
{
    return pread(fd, data, bytes, (off_t)at) == (ssize_t)bytes;
}

static bool tree_is_sound(int fd, const struct meta *meta, const struct tree *tree,
                          uint32_t page_bytes, uint16_t flags)
{
    struct {
        uint64_t page_number;
        uint16_t pad, kind;
    } root;
    uint64_t pages = meta->last_page + 1;
    if (tree->flags != flags || tree->depth > DEPTH_MAX || tree->branch_pages > pages ||
        tree->leaf_pages > pages || tree->overflow_pages > pages)
        return false;
    if (tree->root == UINT64_MAX || tree->depth == 0)
        return tree->root == UINT64_MAX && tree->depth == 0 && tree->entries == 0;
    return tree->root >= 2 && tree->root <= meta->last_page &&
           pread_all(fd, &root, sizeof root, tree->root * page_bytes) &&
           root.page_number == tree->root &&
           root.kind == (tree->depth == 1 ? KIND_LEAF : KIND_BRANCH);
}

// `trees`: whether the page is the newer one, whose trees are in force.
static bool meta_is_sound(int fd, const struct meta *meta, uint64_t number, bool trees)
{
    uint32_t page_bytes = meta->free.page_bytes;
    if (meta->page_number != number || meta->kind != KIND_META || meta->magic != 0xBEEFC0DE ||
        meta->version != 1 || meta->address != 0 || meta->last_page < 1 ||
        meta->last_page > INT64_MAX / PAGE_BYTES_MAX)
        return false;
    if (meta->txn_id != 0 && (meta->txn_id & 1) != number)
        return false;
    return !trees || (tree_is_sound(fd, meta, &meta->free, page_bytes, FLAG_INTEGER_KEY) &&
                      tree_is_sound(fd, meta, &meta->names, page_bytes, 0));
}

// NULL, or what is wrong.
static const char *find_damage(int fd, struct meta metas[2], int64_t *ret_used_bytes)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !pread_all(fd, &metas[0], META_BYTES, 0))
        return "it is too short for a log of GhostMarket";
    uint32_t page_bytes = metas[0].free.page_bytes;
    if (metas[0].magic != 0xBEEFC0DE)
        return "it is not a log of GhostMarket";
    if (page_bytes < 512 || page_bytes > PAGE_BYTES_MAX || (page_bytes & (page_bytes - 1)) != 0)
        return "its first page is damaged";
    if (!pread_all(fd, &metas[1], META_BYTES, page_bytes))
        return "it was cut short";
    int newer = metas[1].txn_id > metas[0].txn_id;
    uint64_t newest = metas[newer].txn_id, oldest = metas[!newer].txn_id;
    if (newest - oldest > 1 || metas[1].free.page_bytes != page_bytes ||
        !meta_is_sound(fd, &metas[!newer], !newer, false))
        return "its first pages are damaged";
    if (!meta_is_sound(fd, &metas[newer], (uint64_t)newer, true))
        return "its first pages are damaged, or it was cut short";
    *ret_used_bytes = (int64_t)((metas[newer].last_page + 1) * page_bytes);
    return NULL;
}

// Another process may be writing: what it has half-written is read again, damage stays.
static const char *find_lasting_damage(int fd, int64_t *ret_used_bytes)
{
    struct meta metas[2], before[2];
    const char *damage = NULL;
    memset(before, 0, sizeof before);
    memset(metas, 0, sizeof metas);
    for (int i = 0; i < READ_AGAIN_MAX; i++) {
        damage = find_damage(fd, metas, ret_used_bytes);
        if (!damage || (i > 0 && memcmp(before, metas, sizeof metas) == 0))
            break;
        memcpy(before, metas, sizeof metas);
        sched_yield();
    }
    return damage;
}

static enum gm_err check_file(int fd, const char *data_path, int64_t size_max_bytes, bool *ret_new,
                              struct gm_error *error)
{
    struct stat status;
    int64_t used_bytes;
    if (fstat(fd, &status) != 0)
        return gm_error_errno(error, errno, "%s: cannot be looked at", data_path);
    if (!S_ISREG(status.st_mode))
        return gm_embedded_corrupt(data_path, "it is not a file", error);
    *ret_new = status.st_size == 0;
    if (*ret_new)
        return GM_OK;
    const char *damage = find_lasting_damage(fd, &used_bytes);
    if (damage)
        return gm_embedded_corrupt(data_path, damage, error);
    if (used_bytes > size_max_bytes && status.st_size > size_max_bytes)
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s: the log takes %lld bytes, bus.size_max is %lld: raise it",
                            data_path, (long long)used_bytes, (long long)size_max_bytes);
    if (used_bytes > size_max_bytes)
        return gm_embedded_corrupt(data_path, "its first pages are damaged, or it was cut short",
                                   error);
    return GM_OK;
}

enum gm_err gm_embedded_check_header(const char *data_path, int64_t size_max_bytes, bool *ret_new,
                                     struct gm_error *error)
{
    int fd = open(data_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        *ret_new = true;
        return GM_OK;
    }
    if (fd < 0)
        return gm_error_errno(error, errno, "%s: cannot be opened", data_path);
    enum gm_err err = check_file(fd, data_path, size_max_bytes, ret_new, error);
    close(fd);
    return err;
}

// ------------------------------------------------------------------------- length

// Counts the pages from `first` to `last` that LMDB's list of free pages names. The list has, a
// transaction, one record: a count and then so many page numbers.
static uint64_t count_free_from(MDB_env *env, uint64_t first, uint64_t last)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, data;
    uint64_t found = 0;
    if (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0)
        return 0;
    if (mdb_cursor_open(txn, 0, &cursor) == 0) {
        while (mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0) {
            uint64_t count = 0, page;
            size_t room = data.mv_size / sizeof page;
            if (room > 0)
                memcpy(&count, data.mv_data, sizeof count);
            for (uint64_t i = 1; i <= count && i < room; i++) {
                memcpy(&page, (const char *)data.mv_data + i * sizeof page, sizeof page);
                found += page >= first && page <= last;
            }
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return found;
}

// LMDB does not write a page that was taken and given back in one transaction. Where such pages are
// the last, a sound file is shorter than its last page: then all that is missing is free. To look
// that up, the file is made longer first, so that no page lies outside; a file that turns out to
// be cut short gets its old length back.
enum gm_err gm_embedded_check_length(struct gm_embedded *log, MDB_txn *txn, struct gm_error *error)
{
    MDB_envinfo info;
    struct stat status;
    mdb_filehandle_t fd;
    (void)txn; // holds the writer's lock: the file does not change meanwhile
    mdb_env_info(log->env, &info);
    mdb_env_get_fd(log->env, &fd);
    if (fstat(fd, &status) != 0)
        return gm_error_errno(error, errno, "%s: cannot be looked at", log->data_path);
    int64_t whole = ((int64_t)info.me_last_pgno + 1) * log->page_bytes;
    if (status.st_size >= whole)
        return GM_OK;
    if (ftruncate(fd, whole) != 0)
        return gm_error_errno(error, errno, "%s: cannot be extended", log->data_path);
    uint64_t first = (uint64_t)(status.st_size / log->page_bytes);
    uint64_t missing = (uint64_t)info.me_last_pgno + 1 - first;
    if (count_free_from(log->env, first, info.me_last_pgno) == missing)
        return GM_OK;
    if (ftruncate(fd, status.st_size) != 0)
        return gm_error_errno(error, errno, "%s: was cut short", log->data_path);
    return gm_embedded_corrupt(log->data_path, "it was cut short", error);
}
