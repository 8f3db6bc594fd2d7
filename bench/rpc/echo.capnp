# The same service for Cap'n Proto.
@0xec2164683e12937d;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("bench");

interface EchoRpc {
  echo @0 (text :Text) -> (text :Text);
}
