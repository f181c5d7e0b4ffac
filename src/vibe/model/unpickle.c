// The stack machine, an instruction a function. Names of instructions are those of Python's own
// description (pickletools). Nothing here calls itself, so a hostile pickle can nest as it likes.
#include "vibe/model/unpickle.h"

#include <inttypes.h>
#include <stdio.h>

enum { PROTOCOL = 2, NAME_BYTES_MAX = 128 };

enum function { ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER };

static const struct {
    const char *module, *name;
} functions[] = {
    [ORDERED_DICT] = {"collections", "OrderedDict"},
    [REBUILD_TENSOR] = {"torch._utils", "_rebuild_tensor_v2"},
    [REBUILD_PARAMETER] = {"torch._utils", "_rebuild_parameter"},
};

static const struct gm_pickle_dtype dtypes[] = {
    {"FloatStorage", "F32", 4, true, GM_DTYPE_F32},
    {"HalfStorage", "F16", 2, true, GM_DTYPE_F16},
    {"BFloat16Storage", "BF16", 2, true, GM_DTYPE_BF16},
    {"DoubleStorage", "F64", 8, false, 0},
    {"LongStorage", "I64", 8, false, 0},
    {"IntStorage", "I32", 4, false, 0},
    {"ShortStorage", "I16", 2, false, 0},
    {"CharStorage", "I8", 1, false, 0},
    {"ByteStorage", "U8", 1, false, 0},
    {"BoolStorage", "BOOL", 1, false, 0},
};

struct machine {
    struct gm_str file;
    size_t start, at; // of the pickle; behind the instruction that runs
    size_t opcode_at; // where it stands
    unsigned char opcode;
    bool stopped;
    struct gm_arena *arena;
    struct gm_pickle_items stack, memo;
    size_t marks[GM_PICKLE_MARKS_MAX]; // heights of the stack
    size_t mark_count;
    struct gm_error *error;
};

static enum gm_err refuse(struct machine *machine, enum gm_err code, const char *what)
{
    return gm_error_set(machine->error, code, "byte %zu: %s", machine->opcode_at, what);
}

static enum gm_err broken(struct machine *machine, const char *what)
{
    return refuse(machine, GM_ERR_CORRUPT, what);
}

static void *allocate(struct machine *machine, size_t bytes)
{
    void *memory = gm_arena_alloc(machine->arena, bytes);
    if (!memory)
        refuse(machine, GM_ERR_NOMEM, "no memory for what the pickle builds");
    return memory;
}

// ---------------------------------------------------------------------------- stack and items

// Room for `more` values behind those that are there.
static enum gm_err items_reserve(struct machine *machine, struct gm_pickle_items *items,
                                 size_t more)
{
    if (more > GM_PICKLE_VALUES_MAX - items->count)
        return refuse(machine, GM_ERR_LIMIT, "more than 1048576 values");
    if (items->count + more <= items->capacity)
        return GM_OK;
    size_t capacity = items->capacity > 0 ? 2 * items->capacity : 4;
    while (capacity < items->count + more)
        capacity *= 2;
    struct gm_pickle_value *values = allocate(machine, capacity * sizeof(*values));
    if (!values)
        return GM_ERR_NOMEM;
    if (items->count > 0)
        memcpy(values, items->values, items->count * sizeof(*values));
    items->values = values;
    items->capacity = capacity;
    return GM_OK;
}

static enum gm_err items_append(struct machine *machine, struct gm_pickle_items *items,
                                const struct gm_pickle_value *values, size_t count)
{
    const enum gm_err err = items_reserve(machine, items, count);
    if (err || count == 0)
        return err;
    memcpy(items->values + items->count, values, count * sizeof(*values));
    items->count += count;
    return GM_OK;
}

static enum gm_err push(struct machine *machine, struct gm_pickle_value value)
{
    return items_append(machine, &machine->stack, &value, 1);
}

// Values above the newest mark.
static size_t free_values(const struct machine *machine)
{
    const size_t floor = machine->mark_count > 0 ? machine->marks[machine->mark_count - 1] : 0;
    return machine->stack.count - floor;
}

static enum gm_err need(struct machine *machine, size_t values)
{
    return free_values(machine) >= values ? GM_OK : broken(machine, "too little is on the stack");
}

// The value `depth` below the top, which must be there.
static struct gm_pickle_value *top(struct machine *machine, size_t depth)
{
    return &machine->stack.values[machine->stack.count - 1 - depth];
}

// Takes the newest mark away; *ret_count values stand above where it was.
static enum gm_err take_mark(struct machine *machine, size_t *ret_count)
{
    if (machine->mark_count == 0)
        return broken(machine, "no mark is on the stack");
    *ret_count = free_values(machine);
    machine->mark_count--;
    return GM_OK;
}

static enum gm_err run_mark(struct machine *machine)
{
    if (machine->mark_count == GM_PICKLE_MARKS_MAX)
        return refuse(machine, GM_ERR_LIMIT, "nested deeper than 64 levels");
    machine->marks[machine->mark_count++] = machine->stack.count;
    return GM_OK;
}

// --------------------------------------------------------------------- arguments in the pickle

static enum gm_err take_bytes(struct machine *machine, size_t bytes, const unsigned char **ret_data)
{
    if (bytes > machine->file.len - machine->at)
        return gm_error_set(machine->error, GM_ERR_CORRUPT, "byte %zu: the pickle is cut off",
                            machine->file.len);
    *ret_data = (const unsigned char *)machine->file.data + machine->at;
    machine->at += bytes;
    return GM_OK;
}

// An unsigned number of 1 to 4 bytes, little-endian.
static enum gm_err take_number(struct machine *machine, size_t bytes, uint32_t *ret_number)
{
    const unsigned char *data = NULL;
    const enum gm_err err = take_bytes(machine, bytes, &data);
    if (err)
        return err;
    *ret_number = 0;
    for (size_t i = 0; i < bytes; i++)
        *ret_number |= (uint32_t)data[i] << 8 * i;
    return GM_OK;
}

// What stands behind a length of so many bytes.
static enum gm_err take_text(struct machine *machine, size_t length_bytes, struct gm_str *ret_text)
{
    uint32_t len = 0;
    const unsigned char *data = NULL;
    enum gm_err err = take_number(machine, length_bytes, &len);
    if (!err)
        err = take_bytes(machine, len, &data);
    if (!err)
        *ret_text = (struct gm_str){(const char *)data, len};
    return err;
}

// What stands before the next line feed.
static enum gm_err take_line(struct machine *machine, struct gm_str *ret_line)
{
    const char *start = machine->file.data + machine->at;
    const size_t left = machine->file.len - machine->at;
    const char *end = memchr(start, '\n', left < NAME_BYTES_MAX ? left : NAME_BYTES_MAX);
    if (!end)
        return broken(machine, "a name that does not end");
    *ret_line = (struct gm_str){start, (size_t)(end - start)};
    machine->at += ret_line->len + 1;
    return GM_OK;
}

// ------------------------------------------------------------------------------ plain values

static enum gm_err run_proto(struct machine *machine)
{
    uint32_t version = 0;
    const enum gm_err err = take_number(machine, 1, &version);
    if (err || version == PROTOCOL)
        return err;
    return refuse(machine, GM_ERR_UNSUPPORTED, "another protocol of pickles than torch's own, 2");
}

static enum gm_err run_none(struct machine *machine)
{
    return push(machine, (struct gm_pickle_value){.kind = GM_PICKLE_NONE});
}

static enum gm_err run_bool(struct machine *machine)
{
    return push(machine, (struct gm_pickle_value){.kind = GM_PICKLE_BOOL,
                                                  .integer = machine->opcode == 0x88});
}

static enum gm_err push_integer(struct machine *machine, int64_t integer)
{
    return push(machine, (struct gm_pickle_value){.kind = GM_PICKLE_INT, .integer = integer});
}

static enum gm_err run_binint(struct machine *machine)
{
    uint32_t number = 0;
    const enum gm_err err = take_number(machine, 4, &number);
    return err ? err : push_integer(machine, (int32_t)number);
}

static enum gm_err run_binint1(struct machine *machine)
{
    uint32_t number = 0;
    const enum gm_err err = take_number(machine, 1, &number);
    return err ? err : push_integer(machine, number);
}

static enum gm_err run_binint2(struct machine *machine)
{
    uint32_t number = 0;
    const enum gm_err err = take_number(machine, 2, &number);
    return err ? err : push_integer(machine, number);
}

static enum gm_err run_long1(struct machine *machine)
{
    struct gm_str text = {NULL, 0};
    const enum gm_err err = take_text(machine, 1, &text);
    if (err)
        return err;
    if (text.len > sizeof(uint64_t))
        return push(machine, (struct gm_pickle_value){.kind = GM_PICKLE_LONG, .text = text});
    uint64_t bits = text.len > 0 && (signed char)text.data[text.len - 1] < 0 ? UINT64_MAX : 0;
    memcpy(&bits, text.data, text.len); // the machine is little-endian, and so is the number
    return push_integer(machine, (int64_t)bits);
}

static enum gm_err push_text(struct machine *machine, size_t length_bytes)
{
    struct gm_pickle_value value = {.kind = GM_PICKLE_STRING};
    const enum gm_err err = take_text(machine, length_bytes, &value.text);
    return err ? err : push(machine, value);
}

static enum gm_err run_short_text(struct machine *machine)
{
    return push_text(machine, 1);
}

static enum gm_err run_text(struct machine *machine)
{
    return push_text(machine, 4);
}

// -------------------------------------------------------------------------------- containers

// Takes the upper `count` values from the stack into a new tuple.
static enum gm_err make_tuple(struct machine *machine, size_t count)
{
    struct gm_pickle_items *items = allocate(machine, sizeof(*items));
    if (!items)
        return GM_ERR_NOMEM;
    *items = (struct gm_pickle_items){0};
    machine->stack.count -= count;
    const enum gm_err err = items_append(
        machine, items, count > 0 ? machine->stack.values + machine->stack.count : NULL, count);
    return err ? err
               : push(machine, (struct gm_pickle_value){.kind = GM_PICKLE_TUPLE, .items = items});
}

static enum gm_err run_tuple(struct machine *machine)
{
    size_t count = 0;
    const enum gm_err err = take_mark(machine, &count);
    return err ? err : make_tuple(machine, count);
}

// TUPLE1, TUPLE2, TUPLE3
static enum gm_err run_short_tuple(struct machine *machine)
{
    const size_t count = machine->opcode - 0x84U;
    const enum gm_err err = need(machine, count);
    return err ? err : make_tuple(machine, count);
}

static enum gm_err push_empty(struct machine *machine, enum gm_pickle_kind kind)
{
    struct gm_pickle_items *items = allocate(machine, sizeof(*items));
    if (!items)
        return GM_ERR_NOMEM;
    *items = (struct gm_pickle_items){0};
    return push(machine, (struct gm_pickle_value){.kind = kind, .items = items});
}

static enum gm_err run_empty(struct machine *machine)
{
    return push_empty(machine, machine->opcode == '}'   ? GM_PICKLE_DICT
                               : machine->opcode == ']' ? GM_PICKLE_LIST
                                                        : GM_PICKLE_TUPLE);
}

// Moves the upper `count` values into the list or dict below them.
static enum gm_err put_into(struct machine *machine, enum gm_pickle_kind kind, size_t count)
{
    enum gm_err err = need(machine, count + 1);
    if (err)
        return err;
    struct gm_pickle_value *container = top(machine, count);
    if (container->kind != kind)
        return broken(machine,
                      kind == GM_PICKLE_DICT ? "a dict must lie there" : "a list must lie there");
    if (kind == GM_PICKLE_DICT && count % 2 != 0)
        return broken(machine, "a key without a value");
    err = items_append(machine, container->items, container + 1, count);
    machine->stack.count -= count;
    return err;
}

// APPEND and SETITEM
static enum gm_err run_put_one(struct machine *machine)
{
    return machine->opcode == 'a' ? put_into(machine, GM_PICKLE_LIST, 1)
                                  : put_into(machine, GM_PICKLE_DICT, 2);
}

// APPENDS and SETITEMS
static enum gm_err run_put_many(struct machine *machine)
{
    size_t count = 0;
    const enum gm_err err = take_mark(machine, &count);
    return err ? err
               : put_into(machine, machine->opcode == 'e' ? GM_PICKLE_LIST : GM_PICKLE_DICT, count);
}

// -------------------------------------------------------------------------------------- memo

static enum gm_err run_put(struct machine *machine)
{
    uint32_t index = 0;
    enum gm_err err = take_number(machine, machine->opcode == 'q' ? 1 : 4, &index);
    if (!err)
        err = need(machine, 1);
    if (err)
        return err;
    struct gm_pickle_items *memo = &machine->memo;
    if (index >= memo->count) {
        const size_t missing = (size_t)index + 1 - memo->count;
        err = items_reserve(machine, memo, missing);
        if (err)
            return err;
        memset(memo->values + memo->count, 0, missing * sizeof(*memo->values));
        memo->count += missing;
    }
    memo->values[index] = *top(machine, 0);
    return GM_OK;
}

static enum gm_err run_get(struct machine *machine)
{
    uint32_t index = 0;
    const enum gm_err err = take_number(machine, machine->opcode == 'h' ? 1 : 4, &index);
    if (err)
        return err;
    if (index >= machine->memo.count || machine->memo.values[index].kind == GM_PICKLE_UNSET)
        return broken(machine, "nothing was put under that number");
    return push(machine, machine->memo.values[index]);
}

// ---------------------------------------------------------------------- names and their calls

static enum gm_err run_global(struct machine *machine)
{
    struct gm_str module = {NULL, 0}, name = {NULL, 0};
    enum gm_err err = take_line(machine, &module);
    if (!err)
        err = take_line(machine, &name);
    if (err)
        return err;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (gm_str_equal(module, gm_str(functions[i].module)) &&
            gm_str_equal(name, gm_str(functions[i].name)))
            return push(machine,
                        (struct gm_pickle_value){.kind = GM_PICKLE_NAME, .integer = (int64_t)i});
    for (size_t i = 0; i < sizeof(dtypes) / sizeof(dtypes[0]); i++)
        if (gm_str_equal(module, gm_str("torch")) && gm_str_equal(name, gm_str(dtypes[i].storage)))
            return push(machine,
                        (struct gm_pickle_value){.kind = GM_PICKLE_DTYPE, .dtype = &dtypes[i]});
    return gm_error_set(machine->error, GM_ERR_UNSUPPORTED,
                        "byte %zu: the pickle wants %.*s.%.*s; only tensors are read",
                        machine->opcode_at, GM_STR_ARG(module), GM_STR_ARG(name));
}

static bool is_integers(const struct gm_pickle_value *value)
{
    if (value->kind != GM_PICKLE_TUPLE || value->items->count > GM_PICKLE_RANK_MAX)
        return false;
    for (size_t i = 0; i < value->items->count; i++)
        if (value->items->values[i].kind != GM_PICKLE_INT || value->items->values[i].integer < 0)
            return false;
    return true;
}

static const int64_t *copy_integers(struct machine *machine, const struct gm_pickle_items *items)
{
    int64_t *integers = allocate(machine, items->count * sizeof(*integers));
    for (size_t i = 0; integers && i < items->count; i++)
        integers[i] = items->values[i].integer;
    return integers;
}

// (storage, offset, shape, stride, requires_grad, hooks) and maybe what else torch knows of it
static enum gm_err rebuild_tensor(struct machine *machine, const struct gm_pickle_items *arguments)
{
    const struct gm_pickle_value *values = arguments->values;
    if (arguments->count < 6 || arguments->count > 7 || values[0].kind != GM_PICKLE_STORAGE ||
        values[1].kind != GM_PICKLE_INT || values[1].integer < 0 || !is_integers(&values[2]) ||
        !is_integers(&values[3]) || values[2].items->count != values[3].items->count)
        return broken(machine, "a tensor must have a storage, an offset, a shape and strides");
    struct gm_pickle_tensor *tensor = allocate(machine, sizeof(*tensor));
    if (!tensor)
        return GM_ERR_NOMEM;
    *tensor = (struct gm_pickle_tensor){
        .storage = values[0].storage,
        .offset = values[1].integer,
        .rank = (int)values[2].items->count,
        .shape = copy_integers(machine, values[2].items),
        .stride = copy_integers(machine, values[3].items),
    };
    if (!tensor->shape || !tensor->stride)
        return GM_ERR_NOMEM;
    *top(machine, 0) = (struct gm_pickle_value){.kind = GM_PICKLE_TENSOR, .tensor = tensor};
    return GM_OK;
}

static enum gm_err run_reduce(struct machine *machine)
{
    const enum gm_err err = need(machine, 2);
    if (err)
        return err;
    const struct gm_pickle_value arguments = *top(machine, 0), function = *top(machine, 1);
    if (function.kind != GM_PICKLE_NAME || arguments.kind != GM_PICKLE_TUPLE)
        return refuse(machine, GM_ERR_UNSUPPORTED, "a call of what is no function that is known");
    const struct gm_pickle_items *items = arguments.items;
    machine->stack.count--;
    switch ((enum function)function.integer) {
    case ORDERED_DICT:
        if (items->count > 0)
            return refuse(machine, GM_ERR_UNSUPPORTED, "an OrderedDict made of something");
        machine->stack.count--;
        return push_empty(machine, GM_PICKLE_DICT);
    case REBUILD_TENSOR:
        return rebuild_tensor(machine, items);
    case REBUILD_PARAMETER: // of a tensor
        if (items->count != 3 || items->values[0].kind != GM_PICKLE_TENSOR)
            return broken(machine, "a parameter must have a tensor");
        *top(machine, 0) = items->values[0];
        return GM_OK;
    }
    return refuse(machine, GM_ERR_INTERNAL, "a function without a meaning");
}

// Attributes of a dict, in which torch keeps versions of modules: passed over.
static enum gm_err run_build(struct machine *machine)
{
    const enum gm_err err = need(machine, 2);
    if (err)
        return err;
    if (top(machine, 1)->kind != GM_PICKLE_DICT)
        return refuse(machine, GM_ERR_UNSUPPORTED, "attributes of what is no dict");
    machine->stack.count--;
    return GM_OK;
}

// (key, first, elements): a storage that is part of another, as torch before 0.4 has it.
static bool read_view(const struct gm_pickle_value *value, struct gm_pickle_storage *storage)
{
    if (value->kind == GM_PICKLE_NONE)
        return true;
    if (value->kind != GM_PICKLE_TUPLE || value->items->count != 3)
        return false;
    const struct gm_pickle_value *values = value->items->values;
    if (values[1].kind != GM_PICKLE_INT || values[2].kind != GM_PICKLE_INT)
        return false;
    storage->first = values[1].integer;
    storage->elements = values[2].integer;
    return storage->first >= 0 && storage->first <= storage->stored && storage->elements >= 0 &&
           storage->elements <= storage->stored - storage->first;
}

// ("storage", type, key, location, elements), and in old files None or a view
static enum gm_err run_persid(struct machine *machine)
{
    const enum gm_err err = need(machine, 1);
    if (err)
        return err;
    const struct gm_pickle_value id = *top(machine, 0);
    const size_t count = id.kind == GM_PICKLE_TUPLE ? id.items->count : 0;
    const struct gm_pickle_value *values = count > 0 ? id.items->values : NULL;
    if (count < 5 || count > 6 || values[0].kind != GM_PICKLE_STRING ||
        !gm_str_equal(values[0].text, gm_str("storage")) || values[1].kind != GM_PICKLE_DTYPE ||
        values[2].kind != GM_PICKLE_STRING || values[4].kind != GM_PICKLE_INT ||
        values[4].integer < 0)
        return broken(machine, "a persistent id that is no storage");
    struct gm_pickle_storage *storage = allocate(machine, sizeof(*storage));
    if (!storage)
        return GM_ERR_NOMEM;
    *storage = (struct gm_pickle_storage){.dtype = values[1].dtype,
                                          .key = values[2].text,
                                          .elements = values[4].integer,
                                          .stored = values[4].integer};
    if (count == 6 && !read_view(&values[5], storage))
        return broken(machine, "a storage that is a part outside the whole");
    *top(machine, 0) = (struct gm_pickle_value){.kind = GM_PICKLE_STORAGE, .storage = storage};
    return GM_OK;
}

static enum gm_err run_stop(struct machine *machine)
{
    if (machine->stack.count != 1 || machine->mark_count != 0)
        return broken(machine, "the pickle ends with more or less than one value");
    machine->stopped = true;
    return GM_OK;
}

// ---------------------------------------------------------------------------------- the machine

static enum gm_err (*const instructions[256])(struct machine *) = {
    [0x80] = run_proto,       ['.'] = run_stop,         ['('] = run_mark,
    ['N'] = run_none,
    [0x88] = run_bool, // NEWTRUE
    [0x89] = run_bool, // NEWFALSE
    ['J'] = run_binint,       ['K'] = run_binint1,      ['M'] = run_binint2,
    [0x8a] = run_long1,
    ['U'] = run_short_text, // SHORT_BINSTRING, from Python 2
    ['T'] = run_text,       // BINSTRING
    ['X'] = run_text,       // BINUNICODE
    [')'] = run_empty,        [']'] = run_empty,        ['}'] = run_empty,
    ['t'] = run_tuple,        [0x85] = run_short_tuple, [0x86] = run_short_tuple,
    [0x87] = run_short_tuple, ['a'] = run_put_one,      ['s'] = run_put_one,
    ['e'] = run_put_many,     ['u'] = run_put_many,
    ['q'] = run_put, // BINPUT
    ['r'] = run_put, // LONG_BINPUT
    ['h'] = run_get, // BINGET
    ['j'] = run_get, // LONG_BINGET
    ['c'] = run_global,       ['R'] = run_reduce,       ['b'] = run_build,
    ['Q'] = run_persid,
};

static enum gm_err step(struct machine *machine)
{
    const unsigned char *opcode = NULL;
    const enum gm_err err = take_bytes(machine, 1, &opcode);
    if (err)
        return err;
    machine->opcode_at = machine->at - 1;
    machine->opcode = *opcode;
    if (machine->opcode_at - machine->start >= GM_PICKLE_BYTES_MAX)
        return refuse(machine, GM_ERR_LIMIT, "a pickle of more than 64 MiB");
    if (machine->opcode_at == machine->start && machine->opcode != 0x80)
        return broken(machine, "no pickle of protocol 2 begins here");
    if (!instructions[machine->opcode])
        return gm_error_set(
            machine->error, GM_ERR_UNSUPPORTED,
            "byte %zu: the pickle has the instruction 0x%02x, which torch.save does "
            "not write for tensors",
            machine->opcode_at, machine->opcode);
    return instructions[machine->opcode](machine);
}

enum gm_err gm_unpickle(struct gm_str file, size_t *at, struct gm_arena *arena,
                        struct gm_pickle_value *ret_value, struct gm_error *error)
{
    struct machine machine = {
        .file = file, .start = *at, .at = *at, .arena = arena, .error = error};
    enum gm_err err = GM_OK;
    while (!err && !machine.stopped)
        err = step(&machine);
    if (err)
        return err;
    *at = machine.at;
    *ret_value = machine.stack.values[0];
    return GM_OK;
}
