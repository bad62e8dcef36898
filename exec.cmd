@rem npm start on Windows, whose shell has no "exec": see "start" in package.json. Elsewhere this file is not used.
@%*
@exit /b %errorlevel%
