// The table of built-in types: each function is defined in the type's own file and gives its row.
// types/registry.cc lists them; that list and this header are all a new type adds to.
#pragma once

#include "types/type_info.h"

namespace millrace {

TypeInfo bool_type();
TypeInfo int2_type();
TypeInfo int4_type();
TypeInfo int8_type();
TypeInfo text_type();
TypeInfo float4_type();
TypeInfo float8_type();
TypeInfo numeric_type();
TypeInfo unknown_type();
TypeInfo varchar_type();
TypeInfo bpchar_type();
TypeInfo char_type();
TypeInfo name_type();
TypeInfo bytea_type();
TypeInfo date_type();
TypeInfo time_type();
TypeInfo timetz_type();
TypeInfo timestamp_type();
TypeInfo timestamptz_type();
TypeInfo interval_type();
TypeInfo json_type();
TypeInfo jsonb_type();
TypeInfo jsonpath_type();
TypeInfo uuid_type();
TypeInfo oid_type();
TypeInfo regproc_type();
TypeInfo regprocedure_type();
TypeInfo regoper_type();
TypeInfo regoperator_type();
TypeInfo regclass_type();
TypeInfo regtype_type();
TypeInfo regconfig_type();
TypeInfo regnamespace_type();
TypeInfo regrole_type();
TypeInfo regcollation_type();
TypeInfo any_type();
TypeInfo anyarray_type();
TypeInfo anyelement_type();
TypeInfo anynonarray_type();
TypeInfo anycompatible_type();
TypeInfo anycompatiblearray_type();
TypeInfo void_type();
TypeInfo record_type();

}  // namespace millrace
