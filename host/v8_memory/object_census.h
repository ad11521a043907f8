// Which kinds of objects hold V8's heap, for the report when it is full: by
// class where there is one, else as JavaScript calls them.
//
// What an object has beside itself counts as its own: elements, properties that
// didn't fit, the table of a Map. What it refers to doesn't.

#ifndef HOST_V8_MEMORY_OBJECT_CENSUS_H_
#define HOST_V8_MEMORY_OBJECT_CENSUS_H_

#include <string>

namespace v8 {
class Isolate;
}

namespace jshost {

// A line for each of the kinds that take most, the largest first:
// "  Point                       38.1 MiB in 1000000". Counts garbage that V8
// hasn't found yet too.
//
// On the isolate's thread, with a context entered, where V8 may collect
// garbage. Runs no script; takes 2 MiB for as long, and some 40 ns an object.
std::string DescribeObjects(v8::Isolate* isolate);

}  // namespace jshost

#endif  // HOST_V8_MEMORY_OBJECT_CENSUS_H_
