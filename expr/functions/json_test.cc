#include "expr/answers_test.h"

namespace millrace::expr {
namespace {

TEST(JsonTest, Reaches) {
  expect_answers({
      {R"x('{"a":1,"a":2}'::json -> 'a')x", "2"},
      {R"x('{"a":1}'::json -> 'b')x", "NULL"},
      {"'[1,2]'::json -> 'a'", "NULL"},
      {R"x('{"a":"x\u00e9"}'::json ->> 'a')x", "x\xc3\xa9"},
      {"'[1, [2 , 3]]'::json -> 1", "[2 , 3]"},
      {R"x('"x"'::json -> 0)x", "NULL"},
      {R"x('{"a":null}'::json ->> 'a')x", "NULL"},
      {R"x('{"a":null}'::json -> 'a')x", "null"},
      {R"x('{"a":{"b":[1,{"c":5}]}}'::json #> '{a,b,1,c}')x", "5"},
      {R"x('{"a":{"b":[1,{"c":5}]}}'::json #>> '{a,b,-1}')x", R"x({"c":5})x"},
      {R"x('{"a":1}'::json #> '{}')x", R"x({"a":1})x"},
      {R"x('{"a":1}'::json #> '{a,NULL}')x", "NULL"},
      {"'[1,2]'::jsonb #> '{x}'", "NULL"},
      {"'[1,2]'::jsonb #> '{ 1}'", "2"},
      {R"x('{"a":{"b":[1,{"c":5}]}}'::jsonb #>> '{a,b}')x", R"x([1, {"c": 5}])x"},
      {R"x('"x"'::jsonb ->> 0)x", "x"},
      {"'1'::jsonb -> 0", "1"},
      {R"x('"x"'::jsonb #>> '{}')x", "x"},
      {"json_typeof('[]')", "array"},
      {"json_array_length('{}')", "ERROR:  22023: cannot get array length of a non-array"},
      {"json_array_length('1')", "ERROR:  22023: cannot get array length of a scalar"},
      {"jsonb_array_length('{}')", "ERROR:  22023: cannot get array length of a non-array"},
      {"jsonb_array_length('1')", "ERROR:  22023: cannot get array length of a scalar"},
      {R"x('["a","b"]'::jsonb @> '"a"')x", "t"},
      {R"x('"a"'::jsonb @> '["a"]')x", "f"},
      {"'[1,[2,3]]'::jsonb @> '[[3]]'", "t"},
      {R"x('{"a":[1,2,{"b":3}]}'::jsonb @> '{"a":[{"b":3}]}')x", "t"},
      {R"x('{"a":{"b":1,"c":2}}'::jsonb @> '{"a":{}}')x", "t"},
      {"'[1,2]'::jsonb @> '[1.0,1]'", "t"},
      {"'{}'::jsonb @> '[]'", "f"},
      {"'[]'::jsonb @> '{}'", "f"},
      {"'[[1]]'::jsonb @> '1'", "f"},
      {R"x('"a"'::jsonb ? 'a')x", "t"},
      {R"x('["a",1]'::jsonb ? '1')x", "f"},
      {R"x('{"a":1}'::jsonb ?& ARRAY['a',NULL])x", "t"},
      {R"x('{"a":1}'::jsonb ?| ARRAY[]::text[])x", "f"},
  });
}

TEST(JsonTest, Changes) {
  expect_answers({
      {R"x('{"a":1}'::jsonb || '{"a":2,"b":3}')x", R"x({"a": 2, "b": 3})x"},
      {R"x('{"a":1}'::jsonb || '2')x", R"x([{"a": 1}, 2])x"},
      {R"x('[1]'::jsonb || '{"a":1}')x", R"x([1, {"a": 1}])x"},
      {"'1'::jsonb || '2'", "[1, 2]"},
      {"'{}'::jsonb || '[]'", "[{}]"},
      {"'[1,2,3]'::jsonb - 1", "[1, 3]"},
      {"'[1,2,3]'::jsonb - -1", "[1, 2]"},
      {"'[1,2,3]'::jsonb - 5", "[1, 2, 3]"},
      {R"x('{"a":1}'::jsonb - 1)x", "ERROR:  22023: cannot delete from object using integer index"},
      {"'1'::jsonb - 'a'::text", "ERROR:  22023: cannot delete from scalar"},
      {R"x('["a","b","a"]'::jsonb - 'a'::text)x", R"x(["b"])x"},
      {R"x('{"a":1,"b":2}'::jsonb - '{a,b}'::text[])x", "{}"},
      {R"x('{"a":{"b":1}}'::jsonb #- '{a,b}')x", R"x({"a": {}})x"},
      {"'[1,2]'::jsonb #- '{-1}'", "[1]"},
      {"'[1,2]'::jsonb #- '{x}'", R"x(ERROR:  22P02: path element at position 1 is not an integer: "x")x"},
      {"'1'::jsonb #- '{x}'", "ERROR:  22023: cannot delete path in scalar"},
      {R"x('{"a":1}'::jsonb #- '{b,c}')x", R"x({"a": 1})x"},
      {R"x(jsonb_set('{"a":{"b":1}}', '{a,c}', '2'))x", R"x({"a": {"b": 1, "c": 2}})x"},
      {R"x(jsonb_set('{"a":{"b":1}}', '{x,c}', '2'))x", R"x({"a": {"b": 1}})x"},
      {"jsonb_set('[1,2]', '{5}', '9')", "[1, 2, 9]"},
      {"jsonb_set('[1,2]', '{-5}', '9')", "[9, 1, 2]"},
      {"jsonb_set('[1,2]', '{5}', '9', false)", "[1, 2]"},
      {"jsonb_set('[]', '{0}', '9')", "[9]"},
      {"jsonb_set('1', '{0}', '9')", "ERROR:  22023: cannot set path in scalar"},
      {R"x(jsonb_set('{"a":1}', '{}', '9'))x", R"x({"a": 1})x"},
      {R"x(jsonb_set('{"a":1}', '{NULL}', '9'))x", "ERROR:  22004: path element at position 1 is null"},
      {R"x(jsonb_set('{"a":1}', '{a,b}', '9'))x", R"x({"a": 1})x"},
      {R"x(jsonb_insert('[0,1,2]', '{1}', '"x"'))x", R"x([0, "x", 1, 2])x"},
      {R"x(jsonb_insert('[0,1,2]', '{-1}', '"x"', true))x", R"x([0, 1, 2, "x"])x"},
      {R"x(jsonb_insert('[0,1,2]', '{-1}', '"x"'))x", R"x([0, 1, "x", 2])x"},
      {R"x(jsonb_insert('{"a":1}', '{a}', '2'))x",
       "ERROR:  22023: cannot replace existing key\nHINT:  Try using the function jsonb_set to replace key value."},
      {R"x(jsonb_insert('{"a":1}', '{b}', '2'))x", R"x({"a": 1, "b": 2})x"},
      {R"x(jsonb_strip_nulls('{"a":null,"b":{"c":null},"d":[null]}'))x", R"x({"b": {}, "d": [null]})x"},
      {R"x(jsonb_pretty('{"a":[1,{"b":2}],"c":{}}'))x", R"x({
    "a": [
        1,
        {
            "b": 2
        }
    ],
    "c": {
    }
})x"},
  });
}

TEST(JsonTest, Builds) {
  expect_answers({
      {"to_json(1)", "1"},
      {"to_json('x'::text)", R"x("x")x"},
      {"to_json(1.50)", "1.50"},
      {"to_json('NaN'::float8)", R"x("NaN")x"},
      {"to_json(true)", "true"},
      {"to_json(date '2020-01-02')", R"x("2020-01-02")x"},
      {"to_json(timestamp '2020-01-02 03:04:05')", R"x("2020-01-02T03:04:05")x"},
      {"to_json(timestamptz '2020-01-02 03:04:05+00')", R"x("2020-01-02T03:04:05+00:00")x"},
      {"to_json(timestamp 'infinity')", R"x("infinity")x"},
      {"to_json(interval '1 day')", R"x("1 day")x"},
      {"to_json(ARRAY[ARRAY[1,2],ARRAY[3,4]])", "[[1,2],[3,4]]"},
      {"to_json('{}'::int[])", "[]"},
      {R"x(to_json('{"a": 1}'::json))x", R"x({"a": 1})x"},
      {"to_jsonb(timestamptz '2020-01-02 03:04:05.5+00')", R"x("2020-01-02T03:04:05.5+00:00")x"},
      {R"x(to_jsonb('{"b":1, "a":2}'::json))x", R"x({"a": 2, "b": 1})x"},
      {"to_jsonb(ARRAY['a',NULL])", R"x(["a", null])x"},
      {"json_build_object('a', 1, 2, NULL, 'x', ARRAY[1,2])", R"x({"a" : 1, "2" : null, "x" : [1,2]})x"},
      {"json_build_object('a')",
       "ERROR:  22023: argument list must have even number of elements\nHINT:  The arguments of json_build_object() "
       "must consist of alternating keys and values."},
      {"json_build_object(NULL, 1)", "ERROR:  22023: argument 1 cannot be null\nHINT:  Object keys should be text."},
      {"jsonb_build_object(NULL, 1)", "ERROR:  22023: argument 1: key must not be null"},
      {"json_build_object(ARRAY[1], 1)", "ERROR:  22023: key value must be scalar, not array, composite, or json"},
      {"json_build_array()", "[]"},
      {R"x(jsonb_build_array('a', 1.0, '{"b":1}'::jsonb, true))x", R"x(["a", 1.0, {"b": 1}, true])x"},
      {"'1.5'::jsonb::int4", "2"},
      {R"x('"1"'::jsonb::int4)x", "ERROR:  22023: cannot cast jsonb string to type integer"},
      {"'[1]'::jsonb::bool", "ERROR:  22023: cannot cast jsonb array to type boolean"},
      {"'null'::jsonb::numeric", "ERROR:  22023: cannot cast jsonb null to type numeric"},
      {R"x('{"a":1}'::jsonb::json)x", R"x({"a": 1})x"},
      {R"x('{"b":1,"a":2}'::json::jsonb)x", R"x({"a": 2, "b": 1})x"},
      {"jsonb_typeof('null')", "null"},
      {R"x('{"a":1}'::jsonb = '{"a":1.0}'::jsonb)x", "t"},
      {"'[1,2]'::jsonb < '[1,3]'::jsonb", "t"},
      {"array_to_json(ARRAY[1,2])", "[1,2]"},
  });
}

}  // namespace
}  // namespace millrace::expr
