// Shows a run to people and writes mocha's own JSON report beside it, from which `npm test` reads its counts.
const { reporters } = require('mocha');

/** Environment: SWITCHYARD_RESULTS names the JSON file, SWITCHYARD_REPORTER is `spec` (default) or `dot`. */
class ShowAndRecord extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const Shown = process.env.SWITCHYARD_REPORTER === 'dot' ? reporters.Dot : reporters.Spec;
    new Shown(runner, options);
    const output = process.env.SWITCHYARD_RESULTS;
    if (output) new reporters.JSON(runner, { ...options, reporterOption: { output } });
  }
}

module.exports = ShowAndRecord;
