// The global `DOMException` (Web IDL): an Error, with a stack, whose name says
// which of the web's errors it is.
(function (natives) {
  'use strict';

  const {
    Error, ErrorPrototype, ObjectDefineProperty, ObjectSetPrototypeOf, ReflectConstruct, TypeError,
  } = natives.requireInternal('primordials');
  const { describeInterface, wrongReceiver } = natives.requireInternal('web_idl');

  const kConstants = {
    __proto__: null,
    INDEX_SIZE_ERR: 1, DOMSTRING_SIZE_ERR: 2, HIERARCHY_REQUEST_ERR: 3, WRONG_DOCUMENT_ERR: 4,
    INVALID_CHARACTER_ERR: 5, NO_DATA_ALLOWED_ERR: 6, NO_MODIFICATION_ALLOWED_ERR: 7,
    NOT_FOUND_ERR: 8, NOT_SUPPORTED_ERR: 9, INUSE_ATTRIBUTE_ERR: 10, INVALID_STATE_ERR: 11,
    SYNTAX_ERR: 12, INVALID_MODIFICATION_ERR: 13, NAMESPACE_ERR: 14, INVALID_ACCESS_ERR: 15,
    VALIDATION_ERR: 16, TYPE_MISMATCH_ERR: 17, SECURITY_ERR: 18, NETWORK_ERR: 19, ABORT_ERR: 20,
    URL_MISMATCH_ERR: 21, QUOTA_EXCEEDED_ERR: 22, TIMEOUT_ERR: 23, INVALID_NODE_TYPE_ERR: 24,
    DATA_CLONE_ERR: 25,
  };

  // Of the names that have one; every other name's code is 0.
  const kCodes = {
    __proto__: null,
    IndexSizeError: 1, HierarchyRequestError: 3, WrongDocumentError: 4, InvalidCharacterError: 5,
    NoModificationAllowedError: 7, NotFoundError: 8, NotSupportedError: 9,
    InUseAttributeError: 10, InvalidStateError: 11, SyntaxError: 12,
    InvalidModificationError: 13, NamespaceError: 14, InvalidAccessError: 15,
    TypeMismatchError: 17, SecurityError: 18, NetworkError: 19, AbortError: 20,
    URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, InvalidNodeTypeError: 24,
    DataCloneError: 25,
  };

  // Private fields on the Error that is handed in, so that V8 takes the object
  // for what it is.
  class Given {
    constructor(object) { return object; }
  }
  class State extends Given {
    #message;
    #name;

    constructor(error, message, name) {
      super(error);
      this.#message = message;
      this.#name = name;
    }

    static has(object) { return #name in object; }
    static message(error) { return error.#message; }
    static name(error) { return error.#name; }
  }

  const isDOMException = (value) =>
    typeof value === 'object' && value !== null && State.has(value);

  function receiver(object, member) {
    if (!isDOMException(object)) throw wrongReceiver(`DOMException.${member}`, 'DOMException');
    return object;
  }

  const members = {
    DOMException: function (message = '', name = 'Error') {
      if (new.target === undefined) {
        throw new TypeError('DOMException is a class: write new DOMException(...)');
      }
      const text = `${message}`;
      const label = `${name}`;
      // The stack begins with what Error was given.
      const error = ReflectConstruct(Error, [text], new.target);
      delete error.message;
      new State(error, text, label);
      return error;
    },
    get name() { return State.name(receiver(this, 'name')); },
    get message() { return State.message(receiver(this, 'message')); },
    get code() { return kCodes[State.name(receiver(this, 'code'))] ?? 0; },
  };
  const { DOMException } = members;
  delete members.DOMException;
  ObjectDefineProperty(DOMException, 'length', { __proto__: null, value: 0, configurable: true });
  ObjectDefineProperty(members, 'constructor', {
    __proto__: null, value: DOMException, writable: true, configurable: true,
  });
  ObjectSetPrototypeOf(members, ErrorPrototype);
  ObjectDefineProperty(DOMException, 'prototype', { __proto__: null, value: members, writable: false });
  describeInterface(DOMException, 'DOMException', kConstants);

  const { message: messageOf, name: nameOf } = State;
  return { __proto__: null, DOMException, isDOMException, messageOf, nameOf };
})
