// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "geoadd",
     .keys = "RW update @1",
     .arguments = "key:k0 condition<nx! xx!>?^6.2.0 change!=CH?^6.2.0 "
                  "longitude_latitude_member(longitude:d latitude:d member)*",
     .history = "6.2.0 Takes `CH`, `NX`, `XX`"},
    {.name = "geodist",
     .keys = "RO access @1",
     .arguments = "key:k0 member1 member2 unit<m! km! ft! mi!>?"},
    {.name = "geohash", .keys = "RO access @1", .arguments = "key:k0 member*"},
    {.name = "geopos", .keys = "RO access @1", .arguments = "key:k0 member*"},
    {.name = "georadius",
     .keys = "RO access @1; OW update @STORE,6; OW update @STOREDIST,6",
     .arguments = "key:k0 longitude:d latitude:d radius:d unit<m! km! ft! mi!> withcoord!? "
                  "withdist!? withhash!? count(count:i=COUNT any!?^6.2.0)? order<asc! desc!>? "
                  "key:k1=STORE? key:k2=STOREDIST?",
     .history = "6.2.0 `COUNT` takes `ANY`; 7.0.0 Units may be in upper case",
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument"},
    {.name = "georadius_ro",
     .keys = "RO access @1",
     .arguments = "key:k0 longitude:d latitude:d radius:d unit<m! km! ft! mi!> withcoord!? "
                  "withdist!? withhash!? count(count:i=COUNT any!?^6.2.0)? order<asc! desc!>?",
     .history = "6.2.0 `COUNT` takes `ANY`",
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` argument"},
    {.name = "georadiusbymember",
     .keys = "RO access @1; OW update @STORE,5; OW update @STOREDIST,5",
     .arguments = "key:k0 member radius:d unit<m! km! ft! mi!> withcoord!? withdist!? withhash!? "
                  "count(count:i=COUNT any!?)? order<asc! desc!>? key:k1=STORE? key:k2=STOREDIST?",
     .history = "7.0.0 Units may be in upper case",
     .deprecated_since = "6.2.0",
     .replaced_by =
         "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments"},
    {.name = "georadiusbymember_ro",
     .keys = "RO access @1",
     .arguments = "key:k0 member radius:d unit<m! km! ft! mi!> withcoord!? withdist!? withhash!? "
                  "count(count:i=COUNT any!?)? order<asc! desc!>?",
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments"},
    {.name = "geosearch",
     .keys = "RO access @1",
     .arguments = "key:k0 from<member=FROMMEMBER longitude_latitude=FROMLONLAT(longitude:d "
                  "latitude:d)> by<circle(radius:d=BYRADIUS unit<m! km! ft! mi!>) "
                  "box(width:d=BYBOX height:d unit<m! km! ft! mi!>)> order<asc! desc!>? "
                  "count(count:i=COUNT any!?)? withcoord!? withdist!? withhash!?",
     .history = "7.0.0 Units may be in upper case"},
    {.name = "geosearchstore",
     .keys = "OW update @1; RO access @2",
     .arguments =
         "destination:k0 source:k1 from<member=FROMMEMBER "
         "longitude_latitude=FROMLONLAT(longitude:d latitude:d)> by<circle(radius:d=BYRADIUS "
         "unit<m! km! ft! mi!>) box(width:d=BYBOX height:d unit<m! km! ft! mi!>)> order<asc! "
         "desc!>? count(count:i=COUNT any!?)? storedist!?",
     .history = "7.0.0 Units may be in upper case"},
};

}  // namespace

std::span<const CommandNotes> geo_notes() {
    return kNotes;
}

}  // namespace millpond::engine
