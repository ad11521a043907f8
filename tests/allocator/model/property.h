// Looks for a random workload on which a property doesn't hold, and shrinks it.
//
// Generating and shrinking are RapidCheck's: first operations are left out, in
// halves, quarters and so on, then the numbers of those that remain get
// smaller.
//
// Seeds are the same in every run unless the environment says otherwise:
//   JSHEAP_SEED=N        where the random numbers begin
//   JSHEAP_SEQUENCES=N   how many workloads each test tries
//   JSHEAP_REPLAY=TEXT   runs this one workload, as a failure prints it
//   JSHEAP_ISOLATE=1     each in a process of its own: finds and shrinks what
//                        crashes, which tells nothing by itself

#ifndef TESTS_ALLOCATOR_MODEL_PROPERTY_H_
#define TESTS_ALLOCATOR_MODEL_PROPERTY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tests/allocator/model/operation.h"

namespace jsheap {

// Runs operations on something new; what is wrong, or empty.
using Property = std::function<std::string(const Operations&)>;

struct Counterexample {
  Operations operations;  // shrunk
  size_t found_with = 0;  // operations before shrinking
  std::string fault;
};

struct Search {
  uint64_t seed = 1;
  int sequences = 60;
  int most_operations = 300;
};

std::optional<Counterexample> FindCounterexample(const Menu& menu,
                                                 const Search& search,
                                                 const Property& property);

// The same property, looked at in a child process: a crash is a fault, too.
Property Isolated(Property property);

// FindCounterexample with what the environment says; a GoogleTest failure with
// what is needed to replay it if there is one.
void ExpectHolds(const Menu& menu, Search search, const Property& property);

}  // namespace jsheap

#endif  // TESTS_ALLOCATOR_MODEL_PROPERTY_H_
