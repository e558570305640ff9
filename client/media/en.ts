/** Texts of the namespace `media`. */
export const mediaEn = {
  errors: {
    permission:
      'The browser does not allow it. Click the icon beside the address to allow it, then try again.',
    notFound: 'No such device was found. Is it plugged in?',
    inUse: 'The device is busy: another program or tab may be using it.',
    insecure:
      'Microphone and camera only work on a secure page (https), or on the computer that runs the server.',
    ended: 'The device was unplugged or taken away.',
    takenOver: 'Switched off here: another tab or device of yours took over.',
    locked: 'The teacher has switched this off for you.',
    unavailable: 'Audio and video are not available right now.',
    failed: 'That did not work. Try again.',
  },
  check: {
    title: 'Microphone, camera and speaker',
    insecureTitle: 'This page cannot use microphone and camera',
    insecureText:
      'You can join and listen. To speak, open the class by its https address, or on the computer that runs the server.',
    microphone: 'Microphone',
    microphoneOn: 'Microphone on when I join',
    microphoneTest: 'Test the microphone',
    microphoneTestStop: 'Stop the test',
    microphoneLevel: 'Microphone level',
    microphoneHint: 'Say something: the bar should move.',
    camera: 'Camera',
    cameraOn: 'Camera on when I join',
    cameraTest: 'Show the camera',
    cameraTestStop: 'Stop the camera',
    cameraPreview: 'Picture of your camera',
    speaker: 'Speaker',
    speakerTest: 'Play a tone',
    speakerSystem: 'The system chooses the speaker.',
    systemDefault: 'System default',
    unnamed: '{{kind}} {{number}}',
  },
  sink: {
    blocked: 'The browser waits for a click before it plays sound.',
    hear: 'Click to hear the class',
  },
};
