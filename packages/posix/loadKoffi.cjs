'use strict';

/**
 * CommonJS, because only `require` can be called when it is first needed: an `import` of koffi on a machine without its
 * binary would make this whole package unloadable, and nobody could ask `isSupported()` why.
 */
exports.loadKoffi = () => require('koffi');

/** For a thread of ours, which loads it from there. */
exports.koffiPath = () => require.resolve('koffi');
