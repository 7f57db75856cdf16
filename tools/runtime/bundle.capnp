# The part of workerd's bundle format that we write: one message with a list of modules.
# The numbers are the format; the names are for the reader.
@0x9f4f7fd2b2c7a8d1;

struct Bundle {
  modules @0 :List(Module);
}

struct Module {
  name @0 :Text;
  union {
    src @1 :Data;
    wasm @4 :Data;
    data @5 :Data;
    json @6 :Text;
  }
  type @2 :ModuleType;
  tsDeclaration @3 :Text;
  compileCache @7 :Data;

  enum ModuleType {
    bundle @0;
    builtin @1;
    internal @2;
  }
}
